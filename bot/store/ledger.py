"""The ledger: its entries in one hash, and beside each who asked with their case, so that each counts once."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime

from bot.domain.audit import AuditAction, AuditEvent
from bot.domain.case import Case
from bot.domain.commits import CaseDecision, NotAllowed
from bot.domain.ledger.entry import ENTRY_GONE, MAX_PEOPLE, EntryKind, LedgerEntry, has_intent
from bot.domain.ledger.telling import LedgerPerson, TellingState, count_answers
from bot.domain.persons.person import derive_person_id
from bot.store.case_writer import write_decision
from bot.store.cases import CaseStore
from bot.store.client import RedisClient, parse_hash
from bot.store.decision_writer import add_audit_event
from bot.store.keys import LEDGER_KEPT, Keys
from bot.store.record_reader import RecordReader, UnreadableRecordError
from bot.store.repository import TRIES, RedisStore
from bot.store.transaction import CommitResult, Transaction, commit

FIELDS_AT_ONCE = 500
"""Fields in one command: Lua unpacks a few thousand words at most."""
_LEDGER_SECONDS = int(LEDGER_KEPT.total_seconds())


class LedgerStore(RedisStore):
    """Who asked is a field of a hash: person id → a `LedgerPerson`."""

    def __init__(self, client: RedisClient, keys: Keys, cases: CaseStore) -> None:
        super().__init__(client, keys)
        self._cases = cases
        self._records = RecordReader(client, keys, "ledger entry", LedgerEntry.model_validate_json)

    async def load(self) -> dict[str, LedgerEntry]:
        """Return the entries that can be read, by id."""
        return await self._records.read_fields(self._keys.ledger)

    async def load_people(self, entry_id: str) -> dict[str, str]:
        return parse_hash(await self._client.execute("HGETALL", self._keys.ledger_people_key(entry_id)))

    async def list_unlisted(self, kind: EntryKind, most: int) -> list[Case]:
        """Return the newest cases of needs or questions that nobody has added to an entry."""
        ids = await self._client.execute("ZRANGE", self._keys.unlisted_key(kind), 0, most - 1, "REV")
        found = await self._cases.find(ids)
        return [found[one] for one in ids if one in found and found[one].has_words]

    async def add_people(self, entry: LedgerEntry, asked: Mapping[str, str], by: str, at: datetime) -> LedgerEntry:
        """Add who asked to an entry, which is opened if it is new. Of more people than `MAX_PEOPLE` no more count."""
        cases = list(dict.fromkeys(value.partition("|")[0] for value in asked.values()))
        for _ in range(TRIES):
            body, before = await self._read(entry.id, None if entry.people else entry)
            kept, fresh, room = await self._compare_people(entry.id, asked)
            after = before.add_people(cases, min(len(fresh), room), at)
            transaction = self._start(after, body, AuditAction.LEDGER_ADDED, by, at)
            offered = {
                one
                for one, value in kept.items()
                if (person := LedgerPerson.parse(value)).case == LedgerPerson.parse(asked[one]).case
                and person.state is not TellingState.WAITING
            }
            self._write_people(transaction, after.id, [*fresh[:room], *(kept.keys() - offered)], asked)
            for start in range(0, len(cases), FIELDS_AT_ONCE):
                some = cases[start : start + FIELDS_AT_ONCE]
                transaction.write("ZREM", self._keys.unlisted_key(after.kind), *some)
            if (await commit(self._client, transaction))[0] is CommitResult.WRITTEN:
                return after
        raise NotAllowed("Too many people are changing this entry right now. Try again in a moment.")

    async def remove_case(self, entry_id: str, case: Case, by: str, at: datetime) -> LedgerEntry:
        """Take a case with who asked in it out of an entry, which goes with its last person.

        The case is in no entry then. Who asked in an older case, too, has to be added again with that.
        """
        for _ in range(TRIES):
            body, before = await self._read(entry_id)
            asked = await self.load_people(entry_id)
            gone = [person for person, value in asked.items() if value.partition("|")[0] == case.id]
            if not gone and case.id not in before.newest:
                raise NotAllowed("Somebody else has just taken this case out.")
            told = count_answers(value for person, value in asked.items() if person not in gone)
            after = before.remove_case(case.id, len(gone), by, at).copy_with(told=told)
            transaction = self._start(after, body, AuditAction.LEDGER_REMOVED, by, at)
            for start in range(0, len(gone), FIELDS_AT_ONCE):
                some = gone[start : start + FIELDS_AT_ONCE]
                transaction.write("HDEL", self._keys.ledger_people_key(entry_id), *some)
            if not after.people:
                transaction.write("HDEL", self._keys.ledger, entry_id)
                transaction.write("DEL", self._keys.ledger_people_key(entry_id))
            if has_intent(after.kind, case):
                score = case.mention.created_at.timestamp()
                transaction.write("ZADD", self._keys.unlisted_key(after.kind), score, case.id)
            if (await commit(self._client, transaction))[0] is CommitResult.WRITTEN:
                return after
        raise NotAllowed("Too many people are changing this entry right now. Try again in a moment.")

    async def change(
        self, entry_id: str, decide: Callable[[LedgerEntry], LedgerEntry], by: str, at: datetime, merged: str = ""
    ) -> LedgerEntry:
        """Change an entry, and put all of the entry `merged` into it.

        That is gone then, so that no two can lead to each other: of two who merge crosswise, one is refused.
        """
        for _ in range(TRIES):
            body, before = await self._read(entry_id)
            after = decide(before)
            transaction = self._start(after, body, AuditAction.LEDGER_CHANGED, by, at)
            if merged:
                merged_body, other = await self._read(merged)
                asked = await self.load_people(merged)
                kept, fresh, room = await self._compare_people(entry_id, asked)
                after = after.add_people(other.newest, other.people - len(kept), at)
                told = count_answers(asked[one] for one in fresh[:room])
                after = after.copy_with(told=after.told + told)
                transaction = self._start(after, body, AuditAction.LEDGER_MERGED, by, at)
                transaction.guard(self._keys.ledger, merged_body, merged)
                self._write_people(transaction, entry_id, fresh[:room], asked)
                transaction.write("HDEL", self._keys.ledger, merged)
                transaction.write("DEL", self._keys.ledger_people_key(merged))
            if (await commit(self._client, transaction))[0] is CommitResult.WRITTEN:
                return after
        raise NotAllowed("Too many people are changing this entry right now. Try again in a moment.")

    async def count_offers(self, day: str) -> dict[str, int]:
        """Return how many cases each department was offered on this day."""
        flat = await self._client.execute("HGETALL", self._keys.ledger_offers_key(day))
        return {name: int(count) for name, count in parse_hash(flat).items()}

    async def tell(
        self,
        entry: LedgerEntry,
        after: LedgerEntry,
        changed: Mapping[str, str],
        decisions: Sequence[CaseDecision],
        day: str,
        offered: Mapping[str, int],
        at: datetime,
    ) -> None:
        """Write follow-ups with how it stands with people (`changed`), unless the entry or the counts have changed.

        `after` is the entry as it is then; `offered`: the counts before.
        """
        body, stored = await self._read(entry.id)
        transaction, counts = Transaction(self._keys.inbox), self._keys.ledger_offers_key(day)
        self._write_entry(transaction, after, body if stored == entry else "-")
        for department in sorted({one.case.department for one in decisions}):
            transaction.guard(counts, offered.get(department, ""), department)
        self._write_people(transaction, entry.id, list(changed), changed)
        for decision in decisions:
            write_decision(transaction, self._keys, decision, at)
            transaction.write("HINCRBY", counts, decision.case.department, 1)
            transaction.add_upkeep("EXPIRE", counts, 2 * 86_400)
        await commit(self._client, transaction)

    async def forget(self, author_keys: Iterable[str], redact: Callable[[str], str]) -> int:
        """Strike out titles that quote, and who asked; the counts stay. Return how many entries lost something."""
        people, changed = [derive_person_id(one) for one in author_keys], 0
        for entry_id in await self.load():
            gone = await self._client.execute("HDEL", self._keys.ledger_people_key(entry_id), *people) if people else 0
            with suppress(NotAllowed):  # somebody has merged it just now
                while True:
                    body, entry = await self._read(entry_id)
                    after = entry.copy_with(title=redact(entry.title) or "(deleted)", link=redact(entry.link))
                    transaction = Transaction(self._keys.inbox)
                    self._write_entry(transaction, after, body)
                    if after == entry or (await commit(self._client, transaction))[0] is CommitResult.WRITTEN:
                        break
                changed += bool(gone) or after != entry
        return changed

    async def _read(self, entry_id: str, new: LedgerEntry | None = None) -> tuple[str, LedgerEntry]:
        """Return the body, which a commit guards, and the entry: `new` where there is none.

        Raises `NotAllowed` if it is gone, and `UnreadableRecordError`.
        """
        [body] = await self._client.read_bodies([self._keys.ledger], entry_id)
        found = await self._records.read(self._keys.ledger, body, entry_id) or new
        if self._records.is_unreadable(self._keys.ledger, entry_id):
            raise UnreadableRecordError("entry")
        if found is None:
            raise NotAllowed(ENTRY_GONE)
        return body or "", found

    async def _compare_people(self, entry_id: str, asked: Mapping[str, str]) -> tuple[dict[str, str], list[str], int]:
        """Return which of these people the entry has with their values, who is new, and how many it has room for."""
        known, names = await self.load_people(entry_id), list(asked)
        kept = {one: known[one] for one in names if one in known}
        return kept, [one for one in names if one not in known], max(0, MAX_PEOPLE - len(known))

    def _start(self, after: LedgerEntry, body: str, action: AuditAction, by: str, at: datetime) -> Transaction:
        transaction = Transaction(self._keys.inbox)
        self._write_entry(transaction, after, body)
        add_audit_event(transaction, self._keys, AuditEvent(at, by, action, after.state_word), "entry", after.id)
        return transaction

    def _write_entry(self, transaction: Transaction, after: LedgerEntry, body: str) -> None:
        transaction.guard(self._keys.ledger, body, after.id)
        transaction.write("HSET", self._keys.ledger, after.id, after.model_dump_json(exclude_defaults=True))
        for key in (self._keys.ledger, self._keys.ledger_people_key(after.id)):
            transaction.add_upkeep("EXPIRE", key, _LEDGER_SECONDS)

    def _write_people(
        self, transaction: Transaction, entry_id: str, people: Sequence[str], asked: Mapping[str, str]
    ) -> None:
        for start in range(0, len(people), FIELDS_AT_ONCE):
            pairs = [word for one in people[start : start + FIELDS_AT_ONCE] for word in (one, asked[one])]
            transaction.write("HSET", self._keys.ledger_people_key(entry_id), *pairs)
