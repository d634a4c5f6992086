"""What is wrong right now, in words, by the part that found it: for `/statusz`, the Home tab and the operators."""

from bot.store.client import Client
from bot.store.keys import Keys


class Troubles:
    def __init__(self, client: Client, keys: Keys) -> None:
        self._client = client
        self._keys = keys

    async def tell(self, part: str, sentence: str) -> bool:
        """Says whether this is news. An empty sentence: the part is well again."""
        if not sentence:
            return bool(await self._client.call("HDEL", self._keys.trouble, part))
        before, _ = await self._client.together(
            [("HGET", self._keys.trouble, part), ("HSET", self._keys.trouble, part, sentence)]
        )
        return bool(before != sentence)

    async def all(self) -> dict[str, str]:
        reply = await self._client.call("HGETALL", self._keys.trouble)
        return dict(sorted(zip(reply[::2], reply[1::2], strict=True)))
