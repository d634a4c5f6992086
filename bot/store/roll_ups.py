"""Roll-ups: the message about unclaimed cases of each person on call and department, and the cases that it is about."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from bot.domain.case import Case
from bot.domain.cases.roll_ups import RollUp, RollUpTopic, list_roll_ups
from bot.domain.destination import ToChannel, ToPerson
from bot.domain.outbox import Notification
from bot.store.case_writer import add_roll_up_case
from bot.store.cases import CaseStore
from bot.store.client import RedisClient
from bot.store.decision_writer import add_case_message, add_notification
from bot.store.digests import DigestStore
from bot.store.keys import ROLL_UP_KEPT, Keys
from bot.store.message_records import CardState, MessageRef, RollUpRecord
from bot.store.outbox import Outbox
from bot.store.record_reader import RecordReader, UnreadableRecordError
from bot.store.repository import RedisStore
from bot.store.transaction import CommitResult, Transaction, commit


class WaitingCases(NamedTuple):
    """The first of the cases that wait, how many there are, and when the oldest came to its department."""

    cases: tuple[Case, ...] = ()
    total: int = 0
    oldest: datetime | None = None


class StoredRollUp(NamedTuple):
    record: RollUpRecord
    version: str
    """Counts the changes of its cases; empty if there was none."""


class RollUpStore(RedisStore):
    def __init__(self, client: RedisClient, keys: Keys) -> None:
        super().__init__(client, keys)
        self._records = RecordReader(client, keys, "roll-up", RollUpRecord.model_validate_json)
        self._cases = CaseStore(client, keys)
        self._outbox = Outbox(client, keys)
        self._digests = DigestStore(client, keys)

    async def load(self, roll_up: RollUp) -> StoredRollUp:
        """Raises `UnreadableRecordError`."""
        key = self._keys.roll_up_key(*roll_up)
        version, body = await self._client.execute("HMGET", key, "v", "body")
        record = await self._records.read(key, body)
        if record is None and self._records.is_unreadable(key):
            raise UnreadableRecordError("message")
        return StoredRollUp(record or RollUpRecord(), version or "")

    async def load_waiting(self, roll_up: RollUp, limit: int) -> WaitingCases:
        """Return the cases that wait, oldest first; what a release that knows no roll-ups left behind is dropped."""
        key = self._keys.called_cases_key(*roll_up)
        while True:
            pairs, total = await self._client.execute_batch(
                [("ZRANGE", key, 0, limit - 1, "WITHSCORES"), ("ZCARD", key)]
            )
            ids, times = pairs[::2], pairs[1::2]
            found = await self._cases.find(ids)
            gone = [one for one in ids if one not in found or roll_up not in list_roll_ups(found[one])]
            gone = [one for one in gone if not self._cases.is_unreadable(one)]
            if not gone:
                oldest = datetime.fromtimestamp(float(times[0]), UTC) if times else None
                return WaitingCases(tuple(found[one] for one in ids if one in found), int(total), oldest)
            await commit(self._client, *(self._drop_case(key, one, found.get(one)) for one in gone))

    async def count_follow_ups(self, person: str, departments: Sequence[str]) -> dict[str, int]:
        """Return how many follow-ups each department has offered to a person, without those that offered none."""
        to, names = ToPerson(person), list(dict.fromkeys(departments))
        keys = [self._keys.called_cases_key(name, to, RollUpTopic.FOLLOW_UPS) for name in names]
        counts = await self._client.execute_each([("ZCARD", key) for key in keys])
        return {name: int(count) for name, count in zip(names, counts, strict=True) if count}

    async def find_cards(self, case_ids: Sequence[str]) -> dict[str, MessageRef]:
        """Return where people see each case: on its card, or on the digest that lists it."""
        found = {}
        for case_id, card in (await self._outbox.load_cards(case_ids)).items():
            if card.state is CardState.POSTED:
                found[case_id] = MessageRef(card.channel, card.ts)
            elif card.state is CardState.LISTED and (digest := await self._digests.load(card.digest)):
                found[case_id] = MessageRef(digest.channel, digest.ts)
        return found

    def _drop_case(self, key: str, case_id: str, case: Case | None) -> Transaction:
        transaction = Transaction(self._keys.inbox)
        transaction.guard(self._keys.case_key(case_id), case.version if case else "", "v")
        transaction.write("ZREM", key, case_id)
        return transaction

    async def save(self, roll_up: RollUp, record: RollUpRecord, before: RollUpRecord | None = None) -> None:
        """Save where the message is. With `before`, only if it is still that; a lost lease does not matter then."""
        transaction = Transaction(self._keys.inbox, ignore_fence=before is not None)
        if before is not None:
            transaction.guard(self._keys.roll_up_key(*roll_up), before.model_dump_json(), "body")
        self._write_record(transaction, roll_up, record)
        await commit(self._client, transaction)

    async def record_shown(
        self, roll_up: RollUp, record: RollUpRecord, version: str, pending: Notification
    ) -> CommitResult:
        """Save what the message shows, and remove the notification unless a case has come or gone meanwhile."""
        done = Transaction(self._keys.inbox)
        done.guard(self._keys.roll_up_key(*roll_up), version, "v")
        self._write_record(done, roll_up, record)
        done.write("ZREM", self._keys.outbox_key(pending.to), pending.key)
        [result] = await commit(self._client, done)
        if result is not CommitResult.WRITTEN:
            await self.save(roll_up, record)
        return result

    async def convert_call(self, pending: Notification, case: Case | None, call: Notification, at: datetime) -> None:
        """Replace the call of an earlier release, for one case, by the roll-up."""
        assert isinstance(pending.to, ToPerson | ToChannel)
        transaction = Transaction(self._keys.inbox)
        roll_up = RollUp(call.subject_id, pending.to)
        if case is not None and roll_up in list_roll_ups(case):
            transaction.guard(self._keys.case_key(case.id), case.version, "v")
            add_roll_up_case(transaction, self._keys, roll_up, case)
            transaction.write("HINCRBY", self._keys.roll_up_key(*roll_up), "v", 1)
            add_notification(transaction, self._keys, call, at)
        transaction.write("ZREM", self._keys.outbox_key(pending.to), pending.key)
        await commit(self._client, transaction)

    def _write_record(self, transaction: Transaction, roll_up: RollUp, record: RollUpRecord) -> None:
        key = self._keys.roll_up_key(*roll_up)
        transaction.write("HSET", key, "body", record.model_dump_json())
        transaction.write("EXPIRE", key, int(ROLL_UP_KEPT.total_seconds()))
        if record.case and record.card.state is CardState.POSTED:
            place = MessageRef(record.card.channel, record.card.ts)
            transaction.write("LREM", self._keys.case_messages_key(record.case), 0, " ".join(place))
            add_case_message(transaction, self._keys, record.case, place)
