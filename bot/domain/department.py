"""Who can answer, and who may do what."""

import re

from pydantic import Field

from bot.domain.business_hours import BusinessHours
from bot.domain.immutable import FrozenModel

_PERSON = re.compile(r"[UW][A-Z0-9]{2,30}")


def is_person(entry: str) -> bool:
    """Whether an entry of `on_call` is a person's Slack id, and not the name of a schedule, which may not look so."""
    return _PERSON.fullmatch(entry) is not None


class Department(FrozenModel):
    """`deputies` are Slack ids: people (`U…`, `W…`) or user groups (`S…`). `on_call`: people, or names of schedules."""

    name: str
    channel: str
    deputies: tuple[str, ...] = ()
    on_call: tuple[str, ...] = ()
    hours: BusinessHours = BusinessHours()
    fallback: str = ""
    authority: str = ""
    voice: str = ""
    """How the brand sounds in public, for whoever answers."""

    @property
    def schedules(self) -> tuple[str, ...]:
        """Those that have to be asked who is on call."""
        return tuple(entry for entry in self.on_call if not is_person(entry))


class DepartmentStaff(FrozenModel):
    """The people of one department, its user groups already taken apart into people."""

    department: str
    deputies: frozenset[str] = Field(default_factory=frozenset)
    unsure: bool = False
    """Slack did not say who is in one of the user groups, so that somebody may be missing here."""
    managers: frozenset[str] = Field(default_factory=frozenset)

    def can_answer(self, person: str) -> bool:
        return person in self.deputies or person in self.managers

    def is_manager(self, person: str) -> bool:
        return person in self.managers
