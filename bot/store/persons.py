"""What is kept of each person: counts of contacts and answers, written by the commits of cases and by nothing else."""

from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime

from bot.domain.case import Case
from bot.domain.commits import CaseDecision
from bot.domain.persons.contacts import find_answer, find_contact, find_lost_answer
from bot.domain.persons.person import AuthorContext, Person, PersonLabel
from bot.store.client import ANOTHER_TYPE, parse_hash, parse_int
from bot.store.keys import PERSON_KEPT, Keys
from bot.store.repository import RedisStore
from bot.store.transaction import Transaction

FindName = Callable[[str], Awaitable[str]]
CONTACTS, FIRST_AT, LAST_AT, ANSWERED, ANSWERED_BY, ANSWERED_AT, PRAISED = "n", "f", "l", "a", "b", "t", "p"
LABELS, APPROACHES, APPROACHED_AT = "x", "w", "u"
_LABELS = {label.value: label for label in PersonLabel}
_SECONDS = int(PERSON_KEPT.total_seconds())


def write_person_changes(transaction: Transaction, keys: Keys, decision: CaseDecision) -> None:
    """Count what a decision on a case means for its author, within the commit of the case and so exactly once."""
    if (contact := find_contact(decision)) is not None:
        key, seconds = keys.person_key(contact.author), int(contact.at.timestamp())
        transaction.write("HINCRBY", key, CONTACTS, 1)
        transaction.write("HSETNX", key, FIRST_AT, seconds)
        transaction.write("HSET", key, LAST_AT, seconds)
        if contact.is_praise:
            transaction.write("HINCRBY", key, PRAISED, 1)
        transaction.add_upkeep("EXPIRE", key, _SECONDS)
    if decision.after is None:
        return
    if (answer := find_answer(decision.before, decision.after)) is not None:
        key = keys.person_key(answer.author)
        transaction.write("HINCRBY", key, ANSWERED, 1)
        transaction.write("HSET", key, ANSWERED_BY, answer.by, ANSWERED_AT, int(answer.at.timestamp()))
        transaction.add_upkeep("EXPIRE", key, _SECONDS)
    if author := find_lost_answer(decision):
        transaction.write("HINCRBY", keys.person_key(author), ANSWERED, -1)


class PersonStore(RedisStore):
    async def load(self, author_keys: Iterable[str]) -> dict[str, Person]:
        """Return the persons behind these accounts, without those of whom nothing is kept."""
        wanted = [key for key in dict.fromkeys(author_keys) if key]
        if not wanted:
            return {}
        replies = await self._client.execute_each([("HGETALL", self._keys.person_key(key)) for key in wanted])
        return {
            key: _parse_person(key, parse_hash(flat))
            for key, flat in zip(wanted, replies, strict=True)
            if flat and flat is not ANOTHER_TYPE
        }

    async def load_context(self, case: Case, find_name: FindName | None = None) -> AuthorContext:
        """Return what the card of this case says about its author, with the names of the colleagues in it."""
        author = case.mention.author_key
        person = (await self.load([author])).get(author)
        people = {person.answered_by} - {""} if person else set()
        names = {one: name for one in sorted(people) if find_name and (name := await find_name(one))}
        return AuthorContext(person, names=names)

    async def forget(self, author_keys: Iterable[str]) -> int:
        """Delete what is kept of these accounts, and return of how many there was something."""
        commands = [("DEL", self._keys.person_key(key)) for key in sorted(author_keys)]
        return sum(map(int, await self._client.execute_batch(commands))) if commands else 0


def _parse_person(author_key: str, fields: dict[str, str]) -> Person:
    """Return the person of an account. A number that cannot be read counts as absent."""
    first, last = _parse_time(fields.get(FIRST_AT)), _parse_time(fields.get(LAST_AT))
    if first and last and first > last:  # an older post came later
        first, last = last, first
    return Person(
        contacts=max(0, parse_int(fields.get(CONTACTS)) or 0),
        first_at=first,
        last_at=last,
        answered=max(0, parse_int(fields.get(ANSWERED)) or 0),
        answered_by=fields.get(ANSWERED_BY, ""),
        answered_at=_parse_time(fields.get(ANSWERED_AT)),
        praised=max(0, parse_int(fields.get(PRAISED)) or 0),
        labels=frozenset(_LABELS[word] for word in fields.get(LABELS, "").split("|") if word in _LABELS),
        approaches=max(0, parse_int(fields.get(APPROACHES)) or 0),
        approached_at=_parse_time(fields.get(APPROACHED_AT)),
        accounts=(author_key,),
    )


def _parse_time(text: str | None) -> datetime | None:
    seconds = parse_int(text)
    return datetime.fromtimestamp(seconds, UTC) if seconds is not None and 0 <= seconds < 1 << 35 else None
