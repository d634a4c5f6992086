"""What colleagues wrote down about persons."""

from collections.abc import Callable, Iterable

from pydantic import TypeAdapter

from bot.domain.audit import AuditEvent
from bot.domain.persons.person import MAX_NOTES, PersonNote, derive_person_id
from bot.store.client import RedisClient
from bot.store.decision_writer import add_audit_event
from bot.store.keys import PERSON_KEPT, Keys
from bot.store.record_reader import RecordReader
from bot.store.repository import RedisStore
from bot.store.transaction import CommitResult, Transaction, commit

_NOTE = TypeAdapter(PersonNote)


class PersonNoteStore(RedisStore):
    def __init__(self, client: RedisClient, keys: Keys) -> None:
        super().__init__(client, keys)
        self._records = RecordReader(client, keys, "person note", _NOTE.validate_json)

    async def load(self, author_keys: Iterable[str]) -> list[PersonNote]:
        """Return the notes about a person, newest first."""
        found = [await self._records.read_fields(self._keys.person_notes_key(key)) for key in author_keys]
        return sorted((note for notes in found for note in notes.values()), key=lambda one: one.at, reverse=True)

    async def add(self, author_key: str, note: PersonNote, event: AuditEvent) -> None:
        """Add a note to an account; the oldest go for it. Idempotent."""
        key = self._keys.person_notes_key(author_key)
        known = sorted((await self._records.read_fields(key)).items(), key=lambda one: one[1].at)
        body = _NOTE.dump_json(note).decode()
        transaction = Transaction(self._keys.inbox)
        for name, _ in known[: max(0, len(known) - MAX_NOTES + 1)]:
            transaction.write("HDEL", key, name)
        transaction.write("HSET", key, derive_person_id(body), body)
        transaction.write("EXPIRE", key, int(PERSON_KEPT.total_seconds()))
        add_audit_event(transaction, self._keys, event)
        await commit(self._client, transaction)

    async def redact(self, redact: Callable[[str], str]) -> int:
        """Replace the words of all notes; one of which nothing is left is deleted. Return how many have changed."""
        changed = 0
        async for name in self._iter_names("person_notes"):
            key = f"{self._keys.root}person_notes:{name}"
            for field, note in (await self._records.read_fields(key)).items():
                text = redact(note.text)
                [body] = await self._client.read_bodies([key], field)
                if text == note.text or body is None:  # it was deleted meanwhile; nobody edits a note
                    continue
                transaction = Transaction(self._keys.inbox)
                transaction.guard(key, body, field)
                if text:
                    transaction.write("HSET", key, field, _NOTE.dump_json(note._replace(text=text)).decode())
                else:
                    transaction.write("HDEL", key, field)
                changed += (await commit(self._client, transaction))[0] is CommitResult.WRITTEN
        return changed
