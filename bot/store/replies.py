"""Replies that colleagues save, and who is writing a reply to which case just now."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from bot.domain.audit import AuditAction, AuditEvent
from bot.domain.case import Case, derive_case_id
from bot.domain.errors import NotAllowed
from bot.domain.outbox import Notification
from bot.domain.replies.saved_replies import MAX_SAVED, SavedReply
from bot.domain.replies.writing import WRITING_LASTS, WritingRecord
from bot.store.case_writer import count_ending
from bot.store.client import ANOTHER_TYPE, RedisClient
from bot.store.decision_writer import add_audit_event, add_notification
from bot.store.keys import CASE_KEPT, Keys
from bot.store.record_reader import RecordReader
from bot.store.repository import RedisStore
from bot.store.transaction import Transaction, commit


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

    async def forget(self, mentions: Iterable[str], phrases: Iterable[str]) -> int:
        """Delete drafts of the cases of these mentions, and saved replies that quote a phrase. Return how many."""
        wanted = tuple(phrases)
        quoting = [one.id for one in await self.list_saved() if any(phrase in one.text for phrase in wanted)]
        gone = int(await self._client.execute("HDEL", self._keys.saved_replies, *quoting)) if quoting else 0
        keys = (self._keys.writing_key(derive_case_id(one)) for one in mentions)
        return gone + sum(map(int, await self._client.execute_batch([("DEL", key) for key in keys])))

    async def count_opening(self, case: Case, words: Iterable[str], at: datetime, *, apologizes: bool) -> None:
        """Count that a reply was opened; `words` are for the report of its department."""
        transaction = Transaction(self._keys.inbox)
        for word in words:
            count_ending(transaction, self._keys, case.department, word, at)
        if apologizes:
            lasts = int(CASE_KEPT.total_seconds())
            transaction.write("SET", self._keys.apology_key(case.id), "1", "EX", lasts)
        await commit(self._client, transaction)

    async def has_apology(self, case_id: str) -> bool:
        """Whether a reply that was opened in this case apologized."""
        return bool(await self._client.execute("EXISTS", self._keys.apology_key(case_id)))

    async def load_writing(self, case_id: str) -> WritingRecord | None:
        [body] = await self._client.execute_each([("GET", self._keys.writing_key(case_id))])
        return _parse_writing(body)

    async def record_writing(self, case: Case, record: WritingRecord) -> None:
        """Record that a person is writing. It is forgotten by itself; of two people, the last one counts.

        The other cards of the author are redrawn for the first sign of it.
        """
        body, lasts = record.model_dump_json(exclude_defaults=True), int(WRITING_LASTS.total_seconds())
        key = self._keys.writing_key(case.id)
        known, _ = await self._client.execute_each([("GET", key), ("SET", key, body, "EX", lasts)])
        before = _parse_writing(known)
        if before is None or before.by != record.by or not before.is_current(record.at):
            transaction = Transaction(self._keys.inbox)
            self._add_refresh(transaction, case, record.at)
            await commit(self._client, transaction)

    def _add_refresh(self, transaction: Transaction, case: Case, at: datetime) -> None:
        if case.mention.author_key:
            add_notification(transaction, self._keys, Notification.refresh_person(case.id, case.department), at)

    async def end_writing(self, case: Case, by: str, at: datetime) -> None:
        """Record that a person stopped, unless somebody else is writing now."""
        key = self._keys.writing_key(case.id)
        [body] = await self._client.execute_each([("GET", key)])
        found = _parse_writing(body)
        if found is not None and found.by == by:
            transaction = Transaction(self._keys.inbox)
            transaction.guard(key, body)
            transaction.write("DEL", key)
            self._add_refresh(transaction, case, at)
            await commit(self._client, transaction)

    async def load_writers(self, case_ids: Sequence[str], at: datetime) -> dict[str, str]:
        """Return who is writing a reply to which of these cases, in one round trip."""
        bodies = await self._client.execute_each([("GET", self._keys.writing_key(one)) for one in case_ids])
        found = zip(case_ids, map(_parse_writing, bodies), strict=True)
        return {case_id: one.by for case_id, one in found if one is not None and one.is_current(at)}


def _parse_writing(body: str | None) -> WritingRecord | None:
    """Return None for what cannot be read: it lasts five minutes, and nobody waits for it."""
    if body is None or body is ANOTHER_TYPE:
        return None
    try:
        return WritingRecord.model_validate_json(body)
    except ValueError:
        return None
