"""Digests: one card that lists several cases, and the cases of a flood that do not fit on it, by urgency."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.domain.case import Case, CaseStatus
from bot.domain.destination import Destination
from bot.domain.outbox import Notification, Priority
from bot.store.case_writer import build_card_timing
from bot.store.client import RedisClient
from bot.store.decision_writer import add_notification, to_ms
from bot.store.keys import DIGEST_KEPT, Keys
from bot.store.message_records import CardRecord, CardState, DigestRecord
from bot.store.record_reader import RecordReader, UnreadableRecordError
from bot.store.repository import RedisStore
from bot.store.transaction import CommitResult, Transaction, commit

WINDOW_SIZE = 500
"""The most urgent cases of a flood that are looked through for posts that say the same, whenever its card is drawn."""
_AGES = 10**13
"""More than any time in milliseconds, so that a score orders by urgency and then by age."""


class DigestStore(RedisStore):
    def __init__(self, client: RedisClient, keys: Keys) -> None:
        super().__init__(client, keys)
        self._records = RecordReader(client, keys, "digest", DigestRecord.model_validate_json)

    async def load(self, digest_id: str) -> DigestRecord | None:
        """Return the digest, or None if it is gone. Raises `UnreadableRecordError`."""
        key = self._keys.digest_key(digest_id)
        [body] = await self._client.read_bodies([key])
        found = await self._records.read(key, body)
        if found is None and self._records.is_unreadable(key):
            raise UnreadableRecordError("list")
        return found

    async def save(
        self, record: DigestRecord, card: CardRecord | None = None, before: CardRecord | None = None
    ) -> None:
        """Save a digest and set the card record of each of its cases to `card`, all or nothing.

        With `before`, only write if the card record of each case is still `before`; a lost lease does not matter then.
        """
        transaction = Transaction(self._keys.inbox, ignore_fence=before is not None)
        if before is not None:
            for case in record.cases:
                transaction.guard(self._keys.card_key(case), before.model_dump_json(), "body")
        self._write_digest(transaction, record)
        if card is not None:
            for case in record.cases:
                transaction.write("HSET", self._keys.card_key(case), "body", card.model_dump_json())
        await commit(self._client, transaction)

    async def record_posted(self, record: DigestRecord, cases: Sequence[Case], at: datetime) -> None:
        """Note in the card record of each case that this digest lists it, and clear the cards that are pending.

        A card stays pending if its case has changed since, or has an owner by now: its line is then rendered again,
        or it gets a card of its own.
        """
        listed = build_listed_record(record, at)
        await self.save(record, listed)
        new = [case for case in cases if case.status is CaseStatus.NEW]
        timings = [build_card_timing(self._keys, case, at) for case in new]
        await commit(self._client, *(self._list_case(record, case, listed) for case in new), *timings)

    async def record_deleted(self, record: DigestRecord, cases: Sequence[Case], at: datetime) -> None:
        """Somebody deleted the digest in Slack: make a card of its own pending for each of `cases`."""
        transaction = Transaction(self._keys.inbox)
        transaction.write("DEL", self._keys.digest_key(record.id))
        for case in cases:
            body = CardRecord(state=CardState.NONE).model_dump_json()
            transaction.write("HSET", self._keys.card_key(case.id), "body", body)
            lane = Priority.CRISIS if case.is_urgent else Priority.NEW
            add_notification(transaction, self._keys, Notification.draw_card(case.id, case.department, lane), at)
        await commit(self._client, transaction)

    async def add_hidden(self, record: DigestRecord, cases: Sequence[Case], at: datetime) -> int:
        """Add cases to those that a digest stands for, instead of a card for each.

        Return how many were added; the others have changed since they were read.
        """
        hidden, listed = self._keys.digest_overflow_key(record.id), build_listed_record(record, at)
        transactions = []
        for case in cases:
            transaction = self._list_case(record, case, listed)
            transaction.write("ZADD", hidden, score_urgency(case), case.id)
            transaction.add_upkeep("EXPIRE", hidden, int(DIGEST_KEPT.total_seconds()))
            transactions.append(transaction)
        return sum(reply is CommitResult.WRITTEN for reply in await commit(self._client, *transactions))

    async def list_hidden(self, record: DigestRecord, limit: int) -> list[str]:
        """Return the most urgent cases that the digest stands for but does not show; all of them for -1."""
        last = limit - 1 if limit > 0 else -1
        return list(await self._client.execute("ZRANGE", self._keys.digest_overflow_key(record.id), 0, last))

    async def count(self, record: DigestRecord) -> int:
        """Return how many cases the digest stands for, shown or hidden."""
        return int(await self._client.execute("ZCARD", self._keys.digest_overflow_key(record.id))) + len(record.cases)

    async def update_shown(
        self, record: DigestRecord, shown: Sequence[Case], hidden: Sequence[Case], gone: Sequence[str]
    ) -> None:
        """Show `shown` from now on, put `hidden` back in the queue by urgency, and drop `gone`."""
        key = self._keys.digest_overflow_key(record.id)
        transaction = Transaction(self._keys.inbox)
        self._write_digest(transaction, record.copy_with(cases=tuple(case.id for case in shown)))
        for case_id in [*gone, *(case.id for case in shown)]:
            transaction.write("ZREM", key, case_id)
        for case in hidden:
            transaction.write("ZADD", key, score_urgency(case), case.id)
        await commit(self._client, transaction)

    async def find_flood(
        self, to: Destination, priority: Priority, at: datetime, lasts: timedelta
    ) -> DigestRecord | None:
        """Return the posted digest that stands for a flood, if it got cases so shortly before `at`. Else None."""
        entry = await self._client.execute("HGET", self._keys.floods, _name_flood(to, priority))
        added, _, digest_id = (entry or "").partition(" ")
        if not added.isdigit() or abs(to_ms(at) - int(added)) > lasts.total_seconds() * 1000:
            return None
        found = await self.load(digest_id)
        return found if found is not None and found.ts else None

    async def note_flood(self, to: Destination, priority: Priority, digest_id: str, at: datetime) -> None:
        """Note that the digest stands for the flood, so that another process adds to it, too."""
        transaction = Transaction(self._keys.inbox)
        transaction.write("HSET", self._keys.floods, _name_flood(to, priority), f"{to_ms(at)} {digest_id}")
        await commit(self._client, transaction)

    def _write_digest(self, transaction: Transaction, record: DigestRecord) -> None:
        key = self._keys.digest_key(record.id)
        transaction.write("HSET", key, "body", record.model_dump_json())
        transaction.write("EXPIRE", key, int(DIGEST_KEPT.total_seconds()))

    def _list_case(self, record: DigestRecord, case: Case, listed: CardRecord) -> Transaction:
        """Guarded by the version of the case: it is on the digest, and its own card is not pending any more."""
        transaction = Transaction(self._keys.inbox)
        transaction.guard(self._keys.case_key(case.id), case.version, "v")
        body = listed.copy_with(drawn=case.version).model_dump_json()
        transaction.write("HSET", self._keys.card_key(case.id), "body", body)
        card = Notification.draw_card(case.id, record.department)
        transaction.write("ZREM", self._keys.outbox_key(card.to), card.key)
        return transaction


def build_digest_id(case_ids: Sequence[str], at: datetime) -> str:
    """Derive the id from the cases and the time, so that a digest that is started twice is one digest."""
    return f"{to_ms(at)}-{case_ids[0]}"


def build_listed_record(record: DigestRecord, at: datetime) -> CardRecord:
    """Return the card record of a case that a digest lists."""
    return CardRecord(state=CardState.LISTED, digest=record.id, since=to_ms(at))


def _name_flood(to: Destination, priority: Priority) -> str:
    return f"{int(priority)} {to}"


def sort_by_urgency(cases: Sequence[Case]) -> list[Case]:
    return sorted(cases, key=score_urgency)


def is_waiting(case: Case, department: str) -> bool:
    """Return True if nobody has claimed the case and it is still this department's."""
    return case.status is CaseStatus.NEW and case.department == department


def score_urgency(case: Case) -> int:
    return (100 - min(100, case.assessment.urgency)) * _AGES + to_ms(case.mention.created_at)
