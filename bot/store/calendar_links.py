"""Which addresses of our calendars were taken back."""

from bot.store.client import parse_int
from bot.store.repository import RedisStore


class CalendarLinkStore(RedisStore):
    async def load_serial(self, owner: str) -> int:
        """Of the address that is good now."""
        return parse_int(await self._client.execute("HGET", self._keys.calendar_links, owner)) or 0

    async def revoke_link(self, owner: str) -> int:
        """The address there was is good no more; the serial of the next one."""
        return int(await self._client.execute("HINCRBY", self._keys.calendar_links, owner, 1))
