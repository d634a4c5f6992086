"""The messages of the day, one for each department."""

from collections.abc import Callable, Iterable
from datetime import datetime

from bot.domain.audit import AuditAction, AuditEvent
from bot.domain.day_message import LONGEST, DayMessage
from bot.store.client import RedisClient
from bot.store.decision_writer import add_audit_event
from bot.store.keys import Keys
from bot.store.record_reader import RecordReader, UnreadableRecordError
from bot.store.repository import RedisStore
from bot.store.transaction import CommitResult, Transaction, commit


class DayMessageStore(RedisStore):
    def __init__(self, client: RedisClient, keys: Keys) -> None:
        super().__init__(client, keys)
        self._records = RecordReader(client, keys, "day message", DayMessage.model_validate_json)

    async def list_running(self, departments: Iterable[str], at: datetime) -> tuple[DayMessage, ...]:
        """Return those that have not ended, in the order of the departments."""
        known = await self._records.read_fields(self._keys.day_messages)
        found = (known.get(name) for name in departments)
        return tuple(one for one in found if one and one.is_running(at))

    async def change(
        self, department: str, before: DayMessage | None, after: DayMessage | None, by: str, at: datetime
    ) -> bool:
        """Replace a message, or end it. Return False if it is not `before` any more."""
        key, action = self._keys.day_messages, AuditAction.DAY_MESSAGE_SET if after else AuditAction.DAY_MESSAGE_ENDED
        [body] = await self._client.read_bodies([key], department)
        if await self._records.read(key, body, department) != before:
            return False
        transaction = Transaction(self._keys.inbox)
        transaction.guard(key, body or "", department)
        if after:
            transaction.write("HSET", key, department, after.model_dump_json(exclude_defaults=True))
        else:
            transaction.write("HDEL", key, department)
        transaction.add_upkeep("EXPIRE", key, int(LONGEST.total_seconds()))
        add_audit_event(transaction, self._keys, AuditEvent(at, by, action), "department", department)
        return (await commit(self._client, transaction))[0] is CommitResult.WRITTEN

    async def redact(self, redact: Callable[[str], str]) -> int:
        """Replace the words of all messages; one of which nothing is left ends. Return how many have changed."""
        changed = 0
        for department, message in (await self._records.read_fields(self._keys.day_messages)).items():
            [body] = await self._client.read_bodies([self._keys.day_messages], department)
            if (after := message.copy_with_text(redact)) == message:
                continue
            transaction = Transaction(self._keys.inbox)
            transaction.guard(self._keys.day_messages, body or "", department)
            if after:
                dumped = after.model_dump_json(exclude_defaults=True)
                transaction.write("HSET", self._keys.day_messages, department, dumped)
            else:
                transaction.write("HDEL", self._keys.day_messages, department)
            changed += (await commit(self._client, transaction))[0] is CommitResult.WRITTEN
        return changed

    async def load(self, department: str) -> DayMessage | None:
        """Return the message of a department, also one that has ended. Raises `UnreadableRecordError`."""
        [body] = await self._client.read_bodies([self._keys.day_messages], department)
        found = await self._records.read(self._keys.day_messages, body, department)
        if self._records.is_unreadable(self._keys.day_messages, department):
            raise UnreadableRecordError("message")
        return found
