"""Which addresses of our calendars were taken back."""

from bot.store.client import Client, whole
from bot.store.keys import Keys


class FeedStore:
    def __init__(self, client: Client, keys: Keys) -> None:
        self._client = client
        self._keys = keys

    async def serial(self, whose: str) -> int:
        """Of the address that is good now."""
        return whole(await self._client.call("HGET", self._keys.feeds, whose)) or 0

    async def take_back(self, whose: str) -> int:
        """The address there was is good no more; the serial of the next one."""
        return int(await self._client.call("HINCRBY", self._keys.feeds, whose, 1))
