"""Replies that colleagues save, who is writing a reply to which case just now, and what they typed."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from pydantic import TypeAdapter

from bot.domain.audit import AuditAction, AuditEvent
from bot.domain.case import Case, derive_case_id
from bot.domain.errors import NotAllowed
from bot.domain.outbox import Notification
from bot.domain.replies.saved_replies import MAX_REPLY, MAX_REPLY_NAME, MAX_SAVED, SavedReply
from bot.domain.replies.writing import (
    TEXT_KEPT,
    WritingRecord,
    WritingRecords,
    close_writing,
    find_writing,
    list_writers,
    replace_writing,
    select_current,
)
from bot.store.case_writer import add_writing_end
from bot.store.client import ANOTHER_TYPE, RedisClient
from bot.store.decision_writer import add_audit_event, add_notification
from bot.store.keys import CASE_KEPT, Keys
from bot.store.record_reader import RecordReader
from bot.store.repository import TRIES, RedisStore
from bot.store.transaction import CommitResult, Transaction, commit

UpdateRecord = Callable[[WritingRecord], WritingRecord]
_RECORDS = TypeAdapter(WritingRecords)


class ReplyStore(RedisStore):
    def __init__(self, client: RedisClient, keys: Keys) -> None:
        super().__init__(client, keys)
        self._saved = RecordReader(client, keys, "reply", SavedReply.model_validate_json)

    async def list_saved(self) -> list[SavedReply]:
        return list((await self._saved.read_fields(self._keys.saved_replies)).values())

    async def save_reply(self, reply: SavedReply, at: datetime) -> None:
        """Save a reply, once. Raises `NotAllowed` if there are too many."""
        if int(await self._client.execute("HLEN", self._keys.saved_replies)) >= MAX_SAVED:
            raise NotAllowed(f"Earshot keeps {MAX_SAVED} saved replies at most. Delete some first.")
        transaction = Transaction(self._keys.inbox)
        transaction.write("HSET", self._keys.saved_replies, reply.id, reply.model_dump_json(exclude_defaults=True))
        add_audit_event(transaction, self._keys, AuditEvent(at, reply.by, AuditAction.REPLY_SAVED))
        await commit(self._client, transaction)

    async def delete_reply(self, reply_id: str, by: str, at: datetime) -> None:
        transaction = Transaction(self._keys.inbox)
        transaction.write("HDEL", self._keys.saved_replies, reply_id)
        add_audit_event(transaction, self._keys, AuditEvent(at, by, AuditAction.REPLY_DELETED))
        await commit(self._client, transaction)

    async def forget(self, mentions: Iterable[str], redact: Callable[[str], str]) -> int:
        """Delete texts typed in the cases of these mentions, and redact saved replies. Return how many have changed."""
        changed, key = 0, self._keys.saved_replies
        for field, reply in (await self._saved.read_fields(key)).items():
            name, text = redact(reply.name)[:MAX_REPLY_NAME], redact(reply.text)[:MAX_REPLY]
            [body] = await self._client.read_bodies([key], field)
            if (name, text) == (reply.name, reply.text) or body is None:  # deleted meanwhile; nobody edits one
                continue
            transaction = Transaction(self._keys.inbox)
            transaction.guard(key, body, field)
            transaction.write("HDEL", key, field)
            if name and text:
                redacted = reply.copy_with(name=name, text=text)
                transaction.write("HSET", key, redacted.id, redacted.model_dump_json(exclude_defaults=True))
            changed += (await commit(self._client, transaction))[0] is CommitResult.WRITTEN
        keys = (self._keys.writing_key(derive_case_id(one)) for one in mentions)
        return changed + sum(map(int, await self._client.execute_batch([("DEL", key) for key in keys])))

    async def record_apology(self, case_id: str) -> None:
        """Remember that a reply that was opened in this case apologized."""
        await self._client.execute("SET", self._keys.apology_key(case_id), "1", "EX", int(CASE_KEPT.total_seconds()))

    async def has_apology(self, case_id: str) -> bool:
        """Whether a reply that was opened in this case apologized."""
        return bool(await self._client.execute("EXISTS", self._keys.apology_key(case_id)))

    async def load_writing(self, case_id: str) -> WritingRecords:
        """Return who has the form open, or had it and left a text in it."""
        return (await self._read_writing(case_id))[1]

    async def _read_writing(self, case_id: str) -> tuple[str | None, WritingRecords]:
        [body] = await self._client.execute_each([("GET", self._keys.writing_key(case_id))])
        return body, _parse_writing(body)

    async def record_writing(
        self, case: Case, by: str, at: datetime, update: UpdateRecord | None = None
    ) -> WritingRecords | None:
        """Record that a person uses the form; return all who do. None if the case or they have changed since.

        `update` changes what they have in it. It ends five minutes after the last time, and cards are redrawn.
        """
        body, known = await self._read_writing(case.id)
        record = (find_writing(known, by) or WritingRecord(by=by, at=at)).copy_with(at=at, is_closed=False)
        after = replace_writing(close_writing(known, at), update(record) if update else record)
        transaction = self._write_writing(case.id, body, after)
        transaction.guard(self._keys.case_key(case.id), case.version, "v")  # nothing is kept after a release
        shown, current = (one for one in known if not one.is_closed), select_current(after, at)
        if list_writers(shown) != list_writers(current):
            self._add_refresh(transaction, case, at)
        return current if (await commit(self._client, transaction))[0] is CommitResult.WRITTEN else None

    async def end_writing(self, case: Case, at: datetime, by: str = "") -> None:
        """Record that this person closed the form, and who has not used it for five minutes; their texts stay a day."""
        for _ in range(TRIES):
            body, known = await self._read_writing(case.id)
            if by and ((own := find_writing(known, by)) is None or own.is_closed):
                return
            transaction = self._write_writing(case.id, body, close_writing(known, at, by))
            self._add_refresh(transaction, case, at)
            if (await commit(self._client, transaction))[0] is not CommitResult.STALE:
                return

    def _write_writing(self, case_id: str, body: str | None, after: WritingRecords) -> Transaction:
        """Return what replaces `body`, if that is still there; of another type, it is overwritten."""
        transaction, key = Transaction(self._keys.inbox), self._keys.writing_key(case_id)
        if body is not ANOTHER_TYPE:
            transaction.guard(key, body or "")
        if not after:
            add_writing_end(transaction, self._keys, case_id)
            return transaction
        stored = _RECORDS.dump_json(after, exclude_defaults=True).decode()
        transaction.write("SET", key, stored, "EX", int(TEXT_KEPT.total_seconds()))
        if ends := [one.ends for one in after if not one.is_closed]:
            transaction.write("ZADD", self._keys.writing_ends, min(ends).timestamp(), case_id)
        else:
            transaction.write("ZREM", self._keys.writing_ends, case_id)
        return transaction

    def _add_refresh(self, transaction: Transaction, case: Case, at: datetime) -> None:
        add_notification(transaction, self._keys, Notification.draw_card(case.id, case.department), at)
        if case.mention.author_key:
            add_notification(transaction, self._keys, Notification.refresh_person(case.id, case.department), at)

    async def list_due(self, at: datetime, limit: int) -> list[str]:
        """Return the cases in which somebody has not used the form for five minutes."""
        some = ("LIMIT", 0, limit)
        return list(await self._client.execute("ZRANGEBYSCORE", self._keys.writing_ends, "-inf", at.timestamp(), *some))

    async def forget_writing(self, case_id: str) -> None:
        """Forget who writes in a case that is gone."""
        transaction = Transaction(self._keys.inbox)
        add_writing_end(transaction, self._keys, case_id)
        await commit(self._client, transaction)

    async def load_writers(self, case_ids: Sequence[str], at: datetime) -> dict[str, tuple[str, ...]]:
        """Return who is writing a reply to which of these cases, in one round trip."""
        bodies = await self._client.execute_each([("GET", self._keys.writing_key(one)) for one in case_ids])
        found = zip(case_ids, map(_parse_writing, bodies), strict=True)
        return {case_id: list_writers(current) for case_id, one in found if (current := select_current(one, at))}


def _parse_writing(body: str | None) -> WritingRecords:
    """Return nothing for what cannot be read: nobody waits for it."""
    if body is None or body is ANOTHER_TYPE:
        return ()
    try:
        return _RECORDS.validate_json(body)
    except ValueError:
        return ()
