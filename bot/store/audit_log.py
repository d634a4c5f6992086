"""Read the audit log, in the order in which it was written."""

from bot.domain.audit import parse_event_time
from bot.domain.periods import TimeSpan
from bot.store.client import parse_hash
from bot.store.repository import RedisStore

PAGE_SIZE = 1_000
ENTRIES_READ = 50_000
"""Of one question about the past: a quarter of those that are kept."""


class AuditLogReader(RedisStore):
    async def read(self, after: str, limit: int = PAGE_SIZE) -> list[tuple[str, dict[str, str]]]:
        """Return entries after a place, each with its own place and its fields. An empty place is the beginning."""
        start = f"({after}" if after else "-"
        reply = await self._client.execute("XRANGE", self._keys.audit, start, "+", "COUNT", limit)
        return [(place, parse_hash(fields)) for place, fields in reply]

    async def list_cases(self, span: TimeSpan, most: int) -> list[str]:
        """Return the ids of cases to which anything happened in the span, the newest first, `most` of them at most.

        Places are times of the server, so the time in each entry counts. One without a time is passed over. Some are
        written late, so an old one does not say that all below it are older; a whole page of them does.
        """
        found: dict[str, None] = {}
        end = "+"
        for _ in range(ENTRIES_READ // PAGE_SIZE):
            page = await self._client.execute("XREVRANGE", self._keys.audit, end, "-", "COUNT", PAGE_SIZE)
            is_older = True
            for place, flat in page:
                fields, end = parse_hash(flat), f"({place}"
                try:
                    at = parse_event_time(fields)
                except ValueError:
                    continue
                is_older = is_older and at < span.start
                if len(found) >= most:
                    return list(found)
                if at in span and "case" in fields:
                    found[fields["case"]] = None
            if is_older or len(page) < PAGE_SIZE:
                break
        return list(found)
