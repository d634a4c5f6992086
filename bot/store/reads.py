"""What was read from an outlet that bills each thing read: by day and month (UTC), and in all."""

from datetime import UTC, datetime, timedelta

from bot.domain.reads import ReadCounts, ReadIds, ReadTotals
from bot.store.client import Client, counts_in, whole
from bot.store.keys import Keys, field, parts_of

KEPT = timedelta(days=100)
IDS_KEPT = timedelta(days=2)
KINDS = ("posts", "users")


class ReadStore:
    def __init__(self, client: Client, keys: Keys) -> None:
        self._client = client
        self._keys = keys

    async def add(self, source: str, ids: ReadIds, at: datetime) -> ReadTotals:
        """Count each id once within its UTC day, and say what that makes. Raises `StoreUnavailable`; then do it
        again.
        """
        at = at.astimezone(UTC)
        keys = [
            self._keys.reads(source, at),
            self._keys.read_in_all,
            *(self._keys.read_ids(source, at, kind) for kind in KINDS),
        ]
        day_fields = [field(f"{at.day:02}", kind) for kind in KINDS]
        total_fields = [field(source, kind) for kind in KINDS]
        kept = [int(KEPT.total_seconds()), int(IDS_KEPT.total_seconds())]
        found = await self._client.script(
            "count_reads",
            keys,
            [*day_fields, *total_fields, *kept, len(ids.posts), *sorted(ids.posts), *sorted(ids.users)],
        )
        return ReadTotals(day=ReadCounts(int(found[0]), int(found[1])), month=ReadCounts(int(found[2]), int(found[3])))

    async def of_month(self, source: str, at: datetime) -> ReadCounts:
        """Of the UTC month of this moment."""
        found = await self._client.call("HMGET", self._keys.reads(source, at), "posts", "users")
        return ReadCounts(*(whole(value) or 0 for value in found))

    async def in_all(self) -> dict[str, ReadCounts]:
        """Since counting began, by source."""
        reply = await self._client.call("HGETALL", self._keys.read_in_all)
        totals: dict[str, ReadCounts] = {}
        for name, value in counts_in(reply).items():
            source, *what = parts_of(name)
            if len(what) == 1 and what[0] in ReadCounts._fields:
                totals[source] = totals.get(source, ReadCounts())._replace(**{what[0]: value})
        return totals
