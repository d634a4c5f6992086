"""Which processes of a brand run: each has a key that ends by itself, for those that stop the brand's data to move."""

from bot.store.client import RedisClient
from bot.store.keys import Keys
from bot.store.repository import RedisStore

PRESENCE_SECONDS = 15
"""How long a process that was killed counts as running."""


class ProcessPresence(RedisStore):
    def __init__(self, client: RedisClient, keys: Keys, process: str) -> None:
        super().__init__(client, keys)
        self._process = process

    async def renew(self) -> None:
        """Say that this process runs. Call it well within `PRESENCE_SECONDS`."""
        await self._client.execute("SET", self._keys.presence_key(self._process), 1, "EX", PRESENCE_SECONDS)

    async def clear(self) -> None:
        """Say that this process has stopped."""
        await self._client.execute("DEL", self._keys.presence_key(self._process))

    async def list_processes(self) -> list[str]:
        start = self._keys.presence_key("")
        return sorted({key.removeprefix(start) async for key in self._client.scan_keys(start)})
