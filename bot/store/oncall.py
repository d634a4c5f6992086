"""On-call schedules: the overrides that people made, and which coverage gaps were announced."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from bot.domain.oncall.overrides import ScheduleChange, ScheduleOverrides
from bot.domain.outbox import Notification
from bot.store.client import RedisClient, parse_counts
from bot.store.decision_writer import add_notification, to_ms
from bot.store.keys import AUDIT_MOST, Keys
from bot.store.record_reader import RecordReader, UnreadableRecordError
from bot.store.repository import RedisStore, Repository
from bot.store.transaction import CommitResult, Transaction, commit

GAP_REPEAT = timedelta(days=30)
"""A coverage gap that is still there after so long is announced again."""
OVERRIDES_KEPT = timedelta(days=100)
"""After the last change: longer than the reach of any stored change."""


class OverrideStore(Repository[ScheduleOverrides, ScheduleChange]):
    kind = "schedule"

    def __init__(self, client: RedisClient, keys: Keys) -> None:
        super().__init__(client, keys)
        self._records = RecordReader(client, keys, "schedule", ScheduleOverrides.model_validate_json)

    async def load(self, schedules: Iterable[str]) -> dict[str, ScheduleOverrides]:
        """Return the overrides of each schedule: none if there are none, or if they cannot be read."""
        names = list(dict.fromkeys(schedules))
        if not names:
            return {}
        bodies = await self._client.read_bodies(map(self._keys.schedule_key, names))
        found = await self._records.read_all(self._keys.schedule_key, dict(zip(names, bodies, strict=True)))
        return {name: found.get(name, ScheduleOverrides()) for name in names}

    async def get(self, name: str) -> ScheduleOverrides:
        """Return the overrides of a schedule. Raises `UnreadableRecordError`."""
        found = await self.load([name])
        if self._records.is_unreadable(self._keys.schedule_key(name)):
            raise UnreadableRecordError("schedule")
        return found[name]

    async def commit(self, decision: ScheduleChange, at: datetime) -> CommitResult:
        after, schedule = decision.after, decision.schedule
        key = self._keys.schedule_key(schedule)
        transaction = Transaction(self._keys.inbox)
        transaction.guard(key, after.version - 1 or "", "v")
        transaction.write("HSET", key, "v", after.version, "body", after.model_dump_json())
        transaction.write("EXPIRE", key, int(OVERRIDES_KEPT.total_seconds()))
        fields = ("schedule", schedule, "at", at.isoformat(), "by", decision.by, "what", decision.audit_text)
        transaction.write("XADD", self._keys.audit, "MAXLEN", "~", AUDIT_MOST, "*", *fields)
        for notification in decision.notifications:
            add_notification(transaction, self._keys, notification, at)
        return (await commit(self._client, transaction))[0]


class ScheduleGapStore(RedisStore):
    async def load_reported(self) -> dict[str, int]:
        """Return when each gap was announced (epoch ms), by the key of its notification."""
        return parse_counts(await self._client.execute("HGETALL", self._keys.schedule_gaps))

    async def report_gap(self, gap: Notification, at: datetime, before: int = 0) -> bool:
        """Announce a gap. Return False if it was announced at `before` (ms), less than `GAP_REPEAT` ago."""
        if before and to_ms(at) - before < GAP_REPEAT.total_seconds() * 1000:
            return False
        transaction = Transaction(self._keys.inbox)
        transaction.guard(self._keys.schedule_gaps, before or "", gap.key)
        transaction.write("HSET", self._keys.schedule_gaps, gap.key, to_ms(at))
        add_notification(transaction, self._keys, gap, at)
        return (await commit(self._client, transaction))[0] is CommitResult.WRITTEN

    async def forget(self, name: str) -> None:
        """Forget a gap that was filled or is over, so that it is announced if it opens again."""
        await self._client.execute("HDEL", self._keys.schedule_gaps, name)
