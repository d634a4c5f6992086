"""A person who writes to us: how often, whom they got an answer from, and what the team knows about them."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from bot.domain.case import Case, JoinReason


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
    approached_at: datetime | None = None
    accounts: tuple[str, ...] = ()
    """The author keys of all linked accounts."""


class OpenCase(NamedTuple):
    """Another case of the same person that somebody has claimed."""

    case_id: str
    owner: str
    department: str
    permalink: str = ""


class AuthorContext(NamedTuple):
    """What a card knows about its author beside its case."""

    person: Person | None = None
    open_cases: tuple[OpenCase, ...] = ()
    names: Mapping[str, str] = MappingProxyType({})
    """Plain names of the colleagues in it, since a mention would notify them. One that is not known is missing."""


NO_CONTEXT = AuthorContext()


def derive_person_id(author_key: str) -> str:
    """Return the id under which an account is kept: 64 bits, from which nobody reads who it is."""
    return hashlib.blake2b(author_key.encode(), digest_size=8).hexdigest()


def has_earlier_contact(person: Person, case: Case) -> bool:
    """Return whether the person wrote other posts than those of this case."""
    follow_ups = sum(one.why is JoinReason.SAME_PERSON for one in case.joined)
    return person.contacts > 1 + follow_ups
