"""Read the audit log, in the order in which it was written."""

from bot.store.client import parse_hash
from bot.store.repository import RedisStore

PAGE_SIZE = 1_000


class AuditLogReader(RedisStore):
    async def read(self, after: str, limit: int = PAGE_SIZE) -> list[tuple[str, dict[str, str]]]:
        """Return entries after a place, each with its own place and its fields. An empty place is the beginning."""
        start = f"({after}" if after else "-"
        reply = await self._client.execute("XRANGE", self._keys.audit, start, "+", "COUNT", limit)
        return [(place, parse_hash(fields)) for place, fields in reply]
