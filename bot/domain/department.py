"""Departments and the people in them."""

import re
from datetime import timedelta
from typing import NamedTuple

from pydantic import Field

from bot.domain.business_hours import BusinessHours
from bot.domain.case import CasePriority, CaseResolution
from bot.domain.immutable import FrozenModel
from bot.domain.offers import Guidance, Offer

EXPIRE_AFTER = timedelta(days=90)
"""Unless the playbook says otherwise: as long as a resolved case is kept."""
_PERSON = re.compile(r"[UW][A-Z0-9]{2,30}")


def is_person(entry: str) -> bool:
    """Whether an entry of `on_call` is a Slack user id and not the name of a schedule."""
    return _PERSON.fullmatch(entry) is not None


class EtiquetteRules(NamedTuple):
    """When to ask before somebody is answered. `answered_within` of zero: never because of an answer."""

    answered_within: timedelta = timedelta(hours=2)
    max_approaches: int = 2


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
    """How the brand sounds in public: a hint for those who answer."""
    offers: tuple[Offer, ...] = ()
    guidance: tuple[Guidance, ...] = ()
    avatars: bool = False
    """Whether cards show the picture of an author, which Slack fetches from the outlet."""
    outcomes: tuple[CaseResolution, ...] = ()
    """Of `OUTCOMES`: those that *Resolve…* offers here, too."""
    page_from: CasePriority = CasePriority.HIGH
    """The least priority for which people are called when nobody claims a case."""
    expire_after: timedelta = EXPIRE_AFTER
    """From the last touch of an open case to its end; zero: never."""
    follow_up_after: timedelta = timedelta()
    """From the answer to its follow-up, unless the route says otherwise; zero: never."""
    etiquette: EtiquetteRules = EtiquetteRules()
    policy: str = ""
    """What deputies accept when they are made one in Slack."""
    deputies_accept: bool = False
    """Whether a deputy who was made one in Slack has to accept the policy before the first claim."""
    point: str = ""
    """The person to ask first, by Slack's id; empty: nobody."""
    point_name: str = ""
    """Their plain name, which notifies nobody; empty where Slack does not say, or where it was not asked."""

    @property
    def schedules(self) -> tuple[str, ...]:
        """The entries of `on_call` that are schedules."""
        return tuple(entry for entry in self.on_call if not is_person(entry))


class DepartmentStaff(FrozenModel):
    """The people of one department, with user groups resolved."""

    department: str
    deputies: frozenset[str] = Field(default_factory=frozenset)
    unsure: bool = False
    """Slack did not return the members of a user group, so people may be missing."""
    managers: frozenset[str] = Field(default_factory=frozenset)
    invited: frozenset[str] = Field(default_factory=frozenset)
    """Deputies once they accept the policy."""

    def can_answer(self, person: str) -> bool:
        return person in self.deputies or person in self.managers

    def is_manager(self, person: str) -> bool:
        return person in self.managers
