"""What was read from an outlet that bills each thing read: by day and month (UTC), and in all."""

from datetime import datetime, timedelta

from bot.domain.reads import Reads, ReadTotals
from bot.store.client import Client
from bot.store.keys import Keys, field, parts_of

KEPT = timedelta(days=100)


class ReadStore:
    def __init__(self, client: Client, keys: Keys) -> None:
        self._client = client
        self._keys = keys

    async def add(self, source: str, reads: Reads, at: datetime) -> ReadTotals:
        """Count these, and say what that makes. Raises `Unreachable`; then they may be counted twice, never less."""
        month, day = self._keys.reads(source, at), f"{at.day:02}"
        fields = ("posts", "users", field(day, "posts"), field(day, "users"))
        amounts = (reads.posts, reads.users) * 2
        commands: list[tuple[str | int, ...]] = [
            ("HINCRBY", month, name, amount) for name, amount in zip(fields, amounts, strict=True)
        ]
        commands += [
            ("HINCRBY", self._keys.read_in_all, field(source, "posts"), reads.posts),
            ("HINCRBY", self._keys.read_in_all, field(source, "users"), reads.users),
            ("EXPIRE", month, int(KEPT.total_seconds())),
        ]
        found = await self._client.together(commands)
        return ReadTotals(day=Reads(int(found[2]), int(found[3])), month=Reads(int(found[0]), int(found[1])))

    async def of_month(self, source: str, at: datetime) -> Reads:
        """Of the UTC month of this moment."""
        found = await self._client.call("HMGET", self._keys.reads(source, at), "posts", "users")
        return Reads(*(int(value or 0) for value in found))

    async def in_all(self) -> dict[str, Reads]:
        """Since counting began, by source."""
        reply = await self._client.call("HGETALL", self._keys.read_in_all)
        totals: dict[str, Reads] = {}
        for name, value in zip(reply[::2], reply[1::2], strict=True):
            source, what = parts_of(name)
            totals[source] = totals.get(source, Reads())._replace(**{what: int(value)})
        return totals
