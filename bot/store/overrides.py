"""What people changed about schedules."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from bot.domain.oncall.overrides import ScheduleChange, ScheduleOverrides
from bot.store.case_writer import add_notification
from bot.store.client import RedisClient
from bot.store.keys import AUDIT_MOST, Keys
from bot.store.record_reader import RecordReader, UnreadableRecordError
from bot.store.repository import Repository
from bot.store.transaction import CommitResult, Transaction, commit

OVERRIDES_KEPT = timedelta(days=100)
"""After the last change: longer than any change that is kept lies ahead and back."""


class OverrideStore(Repository[ScheduleOverrides, ScheduleChange]):
    kind = "schedule"

    def __init__(self, client: RedisClient, keys: Keys) -> None:
        super().__init__(client, keys)
        self._records = RecordReader(client, keys, "schedule", ScheduleOverrides.model_validate_json)

    async def load(self, schedules: Iterable[str]) -> dict[str, ScheduleOverrides]:
        """Where they cannot be read the playbook's own turns hold."""
        names = list(dict.fromkeys(schedules))
        if not names:
            return {}
        bodies = await self._client.read_bodies(map(self._keys.schedule_key, names))
        found = await self._records.read_all(self._keys.schedule_key, dict(zip(names, bodies, strict=True)))
        return {name: found.get(name, ScheduleOverrides()) for name in names}

    async def get(self, name: str) -> ScheduleOverrides:
        """Raises `UnreadableRecordError`."""
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
        said = ("schedule", schedule, "at", at.isoformat(), "by", decision.by, "what", decision.audit_text)
        transaction.write("XADD", self._keys.audit, "MAXLEN", "~", AUDIT_MOST, "*", *said)
        for notification in decision.notifications:
            add_notification(transaction, self._keys, notification, at)
        return (await commit(self._client, transaction))[0]
