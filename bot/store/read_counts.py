"""What was read from an outlet that bills each thing read: by day and month (UTC), and in all."""

from datetime import UTC, datetime, timedelta

from bot.domain.read_budget import ReadCounts, ReadIds, ReadTotals
from bot.store.client import parse_counts, parse_int
from bot.store.keys import join_field, split_field
from bot.store.repository import RedisStore

KEPT = timedelta(days=100)
IDS_KEPT = timedelta(days=2)
KINDS = ("posts", "users")


class ReadCountStore(RedisStore):
    async def add_reads(self, source: str, ids: ReadIds, at: datetime) -> ReadTotals:
        """Count each id once within its UTC day, and say what that makes. Raises `StoreUnavailable`; then do it
        again.
        """
        at = at.astimezone(UTC)
        keys = [
            self._keys.reads_key(source, at),
            self._keys.read_totals,
            *(self._keys.read_ids_key(source, at, kind) for kind in KINDS),
        ]
        day_fields = [join_field(f"{at.day:02}", kind) for kind in KINDS]
        total_fields = [join_field(source, kind) for kind in KINDS]
        kept = [int(KEPT.total_seconds()), int(IDS_KEPT.total_seconds())]
        found = await self._client.run_script(
            "count_reads",
            keys,
            [*day_fields, *total_fields, *kept, len(ids.posts), *sorted(ids.posts), *sorted(ids.users)],
        )
        return ReadTotals(day=ReadCounts(int(found[0]), int(found[1])), month=ReadCounts(int(found[2]), int(found[3])))

    async def load_month(self, source: str, at: datetime) -> ReadCounts:
        """Of the UTC month of this moment."""
        found = await self._client.execute("HMGET", self._keys.reads_key(source, at), "posts", "users")
        return ReadCounts(*(parse_int(value) or 0 for value in found))

    async def load_totals(self) -> dict[str, ReadCounts]:
        """Since counting began, by source."""
        reply = await self._client.execute("HGETALL", self._keys.read_totals)
        totals: dict[str, ReadCounts] = {}
        for name, value in parse_counts(reply).items():
            source, *what = split_field(name)
            if len(what) == 1 and what[0] in ReadCounts._fields:
                totals[source] = totals.get(source, ReadCounts())._replace(**{what[0]: value})
        return totals
