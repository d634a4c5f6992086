"""The quarantine of unreadable records: list, retry, restore to their indexes, or discard."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from pydantic import AwareDatetime, BaseModel, TypeAdapter, ValidationError

from bot.domain.assessment import Assessment
from bot.domain.campaigns.backfire_record import BackfireRecord
from bot.domain.campaigns.campaign import Campaign
from bot.domain.case import Case
from bot.domain.crisis import Crisis
from bot.domain.day_message import DayMessage
from bot.domain.drills import Drill
from bot.domain.health.issues import HealthState
from bot.domain.ledger.entry import LedgerEntry
from bot.domain.mention import Mention
from bot.domain.mutes import Mute
from bot.domain.oncall.overrides import ScheduleOverrides
from bot.domain.outbox import Notification
from bot.domain.paging.page import Page
from bot.domain.persons.person import PersonNote
from bot.domain.replies.saved_replies import SavedReply
from bot.domain.reports.report_schedule import ReportSchedule
from bot.domain.roles import RoleRegister
from bot.domain.spikes.baseline import SubjectBaseline
from bot.domain.spikes.episode import Episode
from bot.domain.themes import ThemeRegister
from bot.store.calendars import parse_stored_shifts
from bot.store.client import ANOTHER_TYPE, parse_hash
from bot.store.corrections import parse_correction
from bot.store.dead_letters import BEFORE
from bot.store.decision_writer import add_notification, to_ms
from bot.store.keys import CASE_KEPT, Keys
from bot.store.message_records import CardRecord, DigestRecord, PageMessage, RollUpRecord
from bot.store.record_reader import OF_ANOTHER_TYPE, UnreadableRecord, report_unreadable
from bot.store.repository import RedisStore
from bot.store.transaction import Transaction, commit

KINDS: Mapping[str, Callable[[str], Any]] = {
    "assessment": Assessment.model_validate_json,
    "backfire": BackfireRecord.model_validate_json,
    "calendar": parse_stored_shifts,
    "campaign": Campaign.model_validate_json,
    "card": CardRecord.model_validate_json,
    "case": Case.model_validate_json,
    "correction": parse_correction,
    "crisis": Crisis.model_validate_json,
    "day message": DayMessage.model_validate_json,
    "digest": DigestRecord.model_validate_json,
    "drill": Drill.model_validate_json,
    "episode": Episode.model_validate_json,
    "ledger entry": LedgerEntry.model_validate_json,
    "mention": Mention.from_stored,
    "mute": Mute.model_validate_json,
    "notification": Notification.from_key,
    "page": Page.model_validate_json,
    "page message": PageMessage.model_validate_json,
    "reply": SavedReply.model_validate_json,
    "person note": TypeAdapter(PersonNote).validate_json,
    "report schedule": ReportSchedule.model_validate_json,
    "roles": RoleRegister.model_validate_json,
    "themes": ThemeRegister.model_validate_json,
    "roll-up": RollUpRecord.model_validate_json,
    "schedule": ScheduleOverrides.model_validate_json,
    "usual": SubjectBaseline.model_validate_json,
    "vigil": HealthState.model_validate_json,
}
"""The parser of each kind of record."""
NOTE = "note"
"""The kind of a quarantine entry that cannot be read itself, so that its record is unknown."""
RETRY_BATCH = 200
"""Records retried at a time."""


class QuarantineStore(RedisStore):
    async def count(self) -> int:
        return int(await self._client.execute("HLEN", self._keys.unreadable))

    async def list_records(self) -> list[UnreadableRecord]:
        """Return all records, oldest first."""
        flat = await self._client.execute("HGETALL", self._keys.unreadable)
        read = [_parse_quarantined(name, body) for name, body in parse_hash(flat).items()]
        return sorted(read, key=lambda one: (one.at, one.id))

    async def retry_records(self, at: datetime) -> int:
        """Retry the oldest records. Return how many can be read now and were restored."""
        if not await self.count():
            return 0
        return sum([await self.replay(one, at) for one in (await self.list_records())[:RETRY_BATCH]])

    async def replay(self, record: UnreadableRecord, at: datetime) -> bool:
        """Restore a record to its indexes if it can be read now or is gone. Return False if it cannot be read yet."""
        if record.kind == NOTE:
            return False
        transaction = Transaction(self._keys.inbox)
        now = await self._read_current(record)
        if now is not None:
            found = _parse_record(record, now)
            if found is None:
                return False
            if now != record.body and _should_restore(record, found):
                before = _parse_record(record, record.body)
                if before is None:
                    return False
                found = self._restore_record(transaction, record, before, found.version)
            _restore_indexes(transaction, self._keys, found, at)
        transaction.write("HDEL", self._keys.unreadable, record.id)
        await commit(self._client, transaction)
        await report_unreadable(self._client, self._keys)
        return True

    async def discard(self, record: UnreadableRecord) -> None:
        """Delete the record itself, and its places in the indexes."""
        key, name = self._keys.root + record.key, record.key.partition(":")[2]
        transaction = Transaction(self._keys.inbox)
        match record.kind:
            case kind if kind == NOTE:
                pass  # its record is unknown
            case _ if record.why == OF_ANOTHER_TYPE:
                if await self._read_current(record) is ANOTHER_TYPE:
                    await self._delete_record(transaction, key, name)
            case "notification":
                transaction.write("ZREM", key, record.field)
            case "drill" | "calendar" | "page message" | "person note" | "mute":
                transaction.write("HDEL", key, record.field)
            case "mention" if record.key.startswith("joined:"):
                transaction.write("HDEL", key, record.field)
            case "correction" | "mention" | "assessment":
                transaction.write("XDEL", key, record.field.split(" ")[0])
            case _:
                await self._delete_record(transaction, key, name)
        transaction.write("HDEL", self._keys.unreadable, record.id)
        await commit(self._client, transaction)
        await report_unreadable(self._client, self._keys)

    async def _delete_record(self, transaction: Transaction, key: str, name: str) -> None:
        transaction.write("DEL", key)
        for index in (self._keys.deadlines, self._keys.pages, self._keys.crises, self._keys.episodes):
            transaction.write("ZREM", index, name)
        if key != self._keys.case_key(name):
            return
        keys = self._keys
        for start in (keys.open_cases_key(""), keys.owned_cases_key(""), keys.claimed_cases_key("")):
            async for listed in self._client.scan_keys(start):  # whose it was is in what cannot be read
                transaction.write("ZREM", listed, name)
        for beside in (keys.joined_mentions_key(name), keys.card_key(name), keys.case_messages_key(name)):
            transaction.write("EXPIRE", beside, int(CASE_KEPT.total_seconds()))

    async def _read_current(self, record: UnreadableRecord) -> str | None:
        """Return the stored body of the record as it is now."""
        key = self._keys.root + record.key
        if record.kind == "notification":
            return record.body if await self._client.execute("ZSCORE", key, record.field) is not None else None
        if key in {self._keys.spam, self._keys.corrections}:
            entry = record.field.split(" ")[0]
            return record.body if await self._client.execute("XRANGE", key, entry, entry) else None
        [found] = await self._client.read_bodies([key], record.field)
        return found

    def _restore_record(self, transaction: Transaction, record: UnreadableRecord, before: Any, version: int) -> Any:
        key, known = self._keys.root + record.key, before.copy_with(version=version + 1)
        transaction.guard(key, version, "v")
        transaction.write("HSET", key, "v", known.version, "body", known.model_dump_json())
        return known


class _QuarantineEntry(BaseModel):
    """The stored form. Fields that a newer release adds are ignored."""

    kind: str
    key: str
    field: str
    why: str
    at: AwareDatetime
    body: str


def _parse_quarantined(name: str, kept: str) -> UnreadableRecord:
    """Parse an entry. One that cannot be read is a `NOTE`, the oldest of all, and stays until it is discarded."""
    try:
        entry = _QuarantineEntry.model_validate_json(kept)
    except ValidationError:
        return UnreadableRecord(name, NOTE, "", "", "this note itself cannot be read", BEFORE, kept)
    return UnreadableRecord(name, entry.kind, entry.key, entry.field, entry.why, entry.at, entry.body)


def _should_restore(record: UnreadableRecord, found: Any) -> bool:
    """Return True if the quarantined body must replace the record that was started in its place since."""
    return isinstance(found, HealthState | SubjectBaseline) and record.why != OF_ANOTHER_TYPE


def _parse_record(record: UnreadableRecord, body: str) -> Any:
    """Return the record, or None if this release cannot read it."""
    try:
        return KINDS[record.kind](body) if record.kind in KINDS else None
    except ValueError:
        return None


def _restore_indexes(transaction: Transaction, keys: Keys, found: Any, at: datetime) -> None:
    """Make the record due now, so that its worker finds out when it is next due. Idempotent."""
    match found:
        case Case(is_closed=False):
            transaction.write("ZADD", keys.deadlines, "NX", at.timestamp(), found.id)
            add_notification(transaction, keys, Notification.draw_card(found.id, found.department), at)
        case Page(closed_at=None):
            transaction.write("ZADD", keys.pages, "NX", at.timestamp(), found.id)
        case Crisis(closed_at=None):
            transaction.write("ZADD", keys.crises, "NX", to_ms(found.declared_at), found.id)
        case Episode(ended_at=None):
            transaction.write("HSETNX", keys.running_episodes, found.subject, found.id)
        case _:
            pass
