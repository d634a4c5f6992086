"""Counters of what was read from a source that bills each read: by UTC day and month, and in total."""

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
        """Count each id once in its UTC day, and return the totals. Raises `StoreUnavailable`; safe to repeat."""
        at = at.astimezone(UTC)
        id_keys = [self._keys.read_ids_key(source, at, kind) for kind in KINDS]
        keys = [self._keys.reads_key(source, at), self._keys.read_totals, *id_keys]
        day_fields = [join_field(f"{at.day:02}", kind) for kind in KINDS]
        total_fields = [join_field(source, kind) for kind in KINDS]
        kept = [int(KEPT.total_seconds()), int(IDS_KEPT.total_seconds())]
        args: list[str | int] = [*day_fields, *total_fields, *kept, len(ids.posts)]
        args += (*sorted(ids.posts), *sorted(ids.users))
        found = list(map(int, await self._client.run_script("count_reads", keys, args)))
        return ReadTotals(day=ReadCounts(found[0], found[1]), month=ReadCounts(found[2], found[3]))

    async def load_month(self, source: str, at: datetime) -> ReadCounts:
        """Return the counters of the UTC month of `at`."""
        found = await self._client.execute("HMGET", self._keys.reads_key(source, at), "posts", "users")
        return ReadCounts(*(parse_int(value) or 0 for value in found))

    async def load_totals(self) -> dict[str, ReadCounts]:
        """Return the counters since the first read, by source."""
        reply = await self._client.execute("HGETALL", self._keys.read_totals)
        totals: dict[str, ReadCounts] = {}
        for name, value in parse_counts(reply).items():
            source, *what = split_field(name)
            if len(what) == 1 and what[0] in ReadCounts._fields:
                totals[source] = totals.get(source, ReadCounts())._replace(**{what[0]: value})
        return totals
