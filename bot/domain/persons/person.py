"""A person who writes to us: how often, whom they got an answer from, and what the team knows about them."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple

from bot.domain.case import Case, JoinReason
from bot.domain.stored_tuples import store_by_name

MAX_NOTES, MAX_NOTE_LENGTH = 10, 300
"""Of an account; the oldest note goes for a new one."""
MAX_ACCOUNTS = 6
"""Linked to one person."""
PERSON_DIMENSION = "person"
"""Of the labels that routes match: `when = { person = "vip" }`."""
_NEVER = datetime.min.replace(tzinfo=UTC)


class PersonLabel(StrEnum):
    """What the team says about a person; routes may ask for it."""

    VIP = "vip"
    TROLL = "troll"
    DO_NOT_APPROACH = "do not approach"


class Person(NamedTuple):
    """Counts of one account, or of all accounts that a colleague linked. Times are UTC."""

    contacts: int = 0
    """Posts that opened a case or joined one."""
    first_at: datetime | None = None
    last_at: datetime | None = None
    answered: int = 0
    """Cases that were resolved as answered or fixed."""
    answered_by: str = ""
    answered_at: datetime | None = None
    praised: int = 0
    labels: frozenset[PersonLabel] = frozenset()
    approaches: int = 0
    """How often we wrote to them first."""
    accounts: tuple[str, ...] = ()
    """The author keys of all linked accounts."""


@store_by_name
class PersonNote(NamedTuple):
    """What a colleague wrote down about a person. `department` is that of the case they had before them."""

    by: str
    at: datetime
    text: str
    department: str


class OpenCase(NamedTuple):
    """Another case of the same person that somebody has claimed."""

    case_id: str
    owner: str
    department: str
    channel: str = ""
    ts: str = ""
    """Where its card is; empty if it has none of its own."""
    writers: tuple[str, ...] = ()
    """Who is writing a reply in it just now; who began first is the first."""


@dataclass(frozen=True, slots=True)
class AuthorContext:
    """What a card knows about its author beside its case."""

    person: Person | None = None
    open_cases: tuple[OpenCase, ...] = ()
    names: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Plain names of the colleagues in it, since a mention would notify them. One that is not known is missing."""
    writers: tuple[str, ...] = ()
    """Who is writing a reply in this case just now."""

    @property
    def colleagues(self) -> set[str]:
        """Their Slack ids."""
        named = {self.person.answered_by if self.person else "", *self.writers}
        return named.union(*((one.owner, *one.writers) for one in self.open_cases)) - {""}

    @property
    def shown_key(self) -> str:
        """What a card shows of it, in a word: open cases, writers, labels, links, answers and approaches."""
        words = [f"{one.case_id}:{one.owner}:{','.join(one.writers)}" for one in self.open_cases]
        words += [f"writing:{who}" for who in self.writers]
        if self.person:
            words += sorted(label.replace(" ", "-") for label in self.person.labels)
            words += [f"{len(self.person.accounts)}"] if len(self.person.accounts) > 1 else []
            words += [f"answered:{self.person.answered_at:%Y%m%dT%H%M%S}"] if self.person.answered_at else []
            words += [f"approached:{self.person.approaches}"] if self.person.approaches else []
        return " ".join(words)


NO_CONTEXT = AuthorContext()


def merge_persons(persons: Sequence[Person]) -> Person:
    """Add up the accounts of one person. The newest answer counts."""
    answered = [one for one in persons if one.answered_at is not None]
    newest = max(answered, key=lambda one: one.answered_at or _NEVER, default=Person())
    firsts, lasts = (
        sorted(at for one in persons if (at := getattr(one, name)) is not None) for name in ("first_at", "last_at")
    )
    return Person(
        contacts=sum(one.contacts for one in persons),
        first_at=firsts[0] if firsts else None,
        last_at=lasts[-1] if lasts else None,
        answered=sum(one.answered for one in persons),
        answered_by=newest.answered_by,
        answered_at=newest.answered_at,
        praised=sum(one.praised for one in persons),
        labels=frozenset[PersonLabel]().union(*(one.labels for one in persons)),
        approaches=sum(one.approaches for one in persons),
        accounts=tuple(dict.fromkeys(key for one in persons for key in one.accounts)),
    )


@lru_cache(maxsize=1_000)
def derive_person_id(author_key: str) -> str:
    """Return the id under which an account is kept: 64 bits, from which nobody reads who it is.

    Triage asks it four times for each post.
    """
    return hashlib.blake2b(author_key.encode(), digest_size=8).hexdigest()


def has_history(person: Person | None, case: Case) -> bool:
    """Return whether there is more to know about the author than what is in this case."""
    return person is not None and (bool(person.labels) or has_earlier_contact(person, case))


def has_earlier_contact(person: Person, case: Case) -> bool:
    """Return whether the person wrote other posts than those of this case."""
    follow_ups = sum(one.why is JoinReason.SAME_PERSON for one in case.joined)
    return person.contacts > 1 + follow_ups
