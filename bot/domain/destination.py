"""Where a notification goes. Every destination has an outbox of its own, so that one that is down delays no other."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class _Destination:
    """`str` gives the form in which it is stored and shown, `parse_destination` reads it."""

    SIGN: ClassVar[str] = ""
    id: str

    def __str__(self) -> str:
        return self.SIGN + self.id


class ToDepartment(_Destination):
    """The channel of this department (`id` is its name), whichever it is when the message is sent."""

    __slots__ = ()


class ToPerson(_Destination):
    """The direct messages of a person, by Slack's id."""

    __slots__ = ()
    SIGN = "@"

    @property
    def mention(self) -> str:
        return f"<@{self.id}>"


class ToChannel(_Destination):
    """A channel that belongs to no department, such as a fallback, by Slack's id."""

    __slots__ = ()
    SIGN = "#"

    @property
    def mention(self) -> str:
        return f"<#{self.id}>"


class ToPager(_Destination):
    """A paging service, by our name for it."""

    __slots__ = ()
    SIGN = "!"


class ToFiles(_Destination):
    """The files that a person asked for, by Slack's id. Apart from `ToPerson`: to write one takes long."""

    __slots__ = ()
    SIGN = "^"


Callee = ToPerson | ToChannel
Destination = ToDepartment | Callee | ToPager | ToFiles

_BY_SIGN: dict[str, type[Destination]] = {kind.SIGN: kind for kind in (ToPerson, ToChannel, ToPager, ToFiles)}


def parse_destination(text: str) -> Destination:
    kind = _BY_SIGN.get(text[:1])
    return kind(text[1:]) if kind else ToDepartment(text)


def parse_callee(called: str) -> Callee:
    """Read who is called, as cases and pages keep it: a person's id, or `#` and a fallback channel's."""
    return ToChannel(called[1:]) if called.startswith("#") else ToPerson(called)


def to_people(people: Iterable[str]) -> tuple[ToPerson, ...]:
    """To each of them directly; a user group has no conversation of its own."""
    return tuple(ToPerson(person) for person in people if person and not person.startswith("S"))
