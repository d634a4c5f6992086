"""What is wrong right now, in words, by the part that found it: for `/statusz`, the Home tab and the operators."""

from bot.store.client import RedisClient
from bot.store.keys import Keys


class HealthIssueStore:
    def __init__(self, client: RedisClient, keys: Keys) -> None:
        self._client = client
        self._keys = keys

    async def save_issue(self, part: str, sentence: str) -> bool:
        """Says whether this is news. An empty sentence: the part is well again."""
        if not sentence:
            return bool(await self._client.execute("HDEL", self._keys.health_issues, part))
        before, _ = await self._client.execute_batch(
            [("HGET", self._keys.health_issues, part), ("HSET", self._keys.health_issues, part, sentence)]
        )
        return bool(before != sentence)

    async def load_issues(self) -> dict[str, str]:
        reply = await self._client.execute("HGETALL", self._keys.health_issues)
        return dict(sorted(zip(reply[::2], reply[1::2], strict=True)))
