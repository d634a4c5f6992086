"""The digests that managers want by themselves, in one hash, and which reports were shared."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from bot.domain.audit import AuditAction, AuditEvent
from bot.domain.outbox import Notification
from bot.domain.reports.report_schedule import ReportSchedule
from bot.store.client import RedisClient
from bot.store.decision_writer import add_audit_event, add_notification
from bot.store.keys import Keys
from bot.store.record_reader import RecordReader, UnreadableRecordError
from bot.store.repository import RedisStore
from bot.store.transaction import CommitResult, Transaction, commit

SHARE_SECONDS = 86_400
"""Slack takes answers to a message for 30 min."""
SHARING_SECONDS = 60
"""How long a share that was not confirmed keeps others from posting the same."""


class ShareState(StrEnum):
    NEW = "new"
    SHARING = "sharing"
    """Somebody posts it now, or did within the last minute and nobody knows whether it arrived."""
    SHARED = "shared"


class ReportScheduleStore(RedisStore):
    def __init__(self, client: RedisClient, keys: Keys) -> None:
        super().__init__(client, keys)
        self._records = RecordReader(client, keys, "report schedule", ReportSchedule.model_validate_json)

    async def list_all(self) -> list[ReportSchedule]:
        """Return those that can be read, by person, in the order in which they are set."""
        found = (await self._records.read_fields(self._keys.report_schedules)).values()
        return sorted(found, key=lambda one: (one.by, one.cadence, one.to, one.department))

    async def find(self, schedule_id: str) -> ReportSchedule | None:
        """Return it, or None if it is gone. Raises `UnreadableRecordError`."""
        return (await self._load(schedule_id))[1]

    async def begin_share(self, message: str) -> ShareState:
        """Return `NEW` if the report of this message may be posted now, so that of two presses one posts.

        Ends by itself after a minute: if the process dies before the post, a later press shares the report.
        """
        key, transaction = self._keys.shared_report_key(message), Transaction(self._keys.inbox)
        transaction.guard(key, "")
        transaction.write("SET", key, ShareState.SHARING, "EX", SHARING_SECONDS)
        if (await commit(self._client, transaction))[0] is CommitResult.WRITTEN:
            return ShareState.NEW
        is_sharing = await self._client.execute("GET", key) == ShareState.SHARING
        return ShareState.SHARING if is_sharing else ShareState.SHARED

    async def confirm_share(self, message: str) -> None:
        """Record that Slack has taken the report of this message."""
        transaction = Transaction(self._keys.inbox)
        transaction.write("SET", self._keys.shared_report_key(message), ShareState.SHARED, "EX", SHARE_SECONDS)
        await commit(self._client, transaction)

    async def change(
        self,
        schedule_id: str,
        before: ReportSchedule | None,
        after: ReportSchedule | None,
        at: datetime,
        *,
        event: AuditEvent | None = None,
        notifications: Iterable[Notification] = (),
    ) -> bool:
        """Set, change or stop one, in one write with what follows. Return False if it is not `before` any more.

        So of two processes that find one due, one sends it.
        """
        key = self._keys.report_schedules
        body, found = await self._load(schedule_id)
        if found != before:
            return False
        transaction = Transaction(self._keys.inbox)
        transaction.guard(key, body or "", schedule_id)
        if after:
            transaction.write("HSET", key, schedule_id, after.model_dump_json(exclude_defaults=True))
        else:
            transaction.write("HDEL", key, schedule_id)
        if event:
            add_audit_event(transaction, self._keys, event, "digest", schedule_id)
        for notification in notifications:
            add_notification(transaction, self._keys, notification, at)
        return (await commit(self._client, transaction))[0] is CommitResult.WRITTEN

    async def stop(self, schedule: ReportSchedule, by: str, at: datetime) -> bool:
        """Stop one; `by` is empty where the person lost their role. Return False if it was changed meanwhile."""
        event = AuditEvent(at, by, AuditAction.DIGEST_STOPPED, schedule.title)
        return await self.change(schedule.id, schedule, None, at, event=event)

    async def _load(self, schedule_id: str) -> tuple[str | None, ReportSchedule | None]:
        [body] = await self._client.read_bodies([self._keys.report_schedules], schedule_id)
        found = await self._records.read(self._keys.report_schedules, body, schedule_id)
        if self._records.is_unreadable(self._keys.report_schedules, schedule_id):
            raise UnreadableRecordError("digest")
        return body, found
