"""The lifecycle of a case: one table, and the sentences said to whoever asks for what the table forbids."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from bot.domain.audit import AuditAction, AuditEvent
from bot.domain.case import Case, Status
from bot.domain.decision import Refused
from bot.domain.department import Department, Staff
from bot.domain.words import ago, people


@dataclass(frozen=True, slots=True)
class Context:
    """Who asks for a change of a case, when, and the department that has the case, with its people."""

    by: str
    at: datetime
    staff: Staff
    department: Department

    def build_event(self, what: AuditAction, detail: str = "") -> AuditEvent:
        return AuditEvent(self.at, self.by, what, detail)


class Transition(StrEnum):
    CLAIM = "claim"
    RELEASE = "release"
    RESOLVE = "resolve"
    REOPEN = "reopen"
    HAND_OVER = "hand over"


TABLE = MappingProxyType(
    {
        Transition.CLAIM: {Status.NEW: Status.CLAIMED},
        Transition.RELEASE: {Status.CLAIMED: Status.NEW},
        Transition.RESOLVE: {Status.NEW: Status.RESOLVED, Status.CLAIMED: Status.RESOLVED},
        Transition.REOPEN: {Status.RESOLVED: Status.NEW},
        Transition.HAND_OVER: {Status.NEW: Status.NEW, Status.CLAIMED: Status.NEW},
    }
)
"""A hand-over to a person is a hand-over to her department and a claim in her name, in one decision."""


NOT_KNOWN = (
    "Slack does not say right now who is in the user groups of this department, so Earshot cannot see who is a "
    "deputy. Try again in a minute; if it stays so, ask an admin whether Earshot may read user groups."
)
_PLEA = MappingProxyType(
    {
        Transition.RELEASE: "release it",
        Transition.RESOLVE: "resolve it",
        Transition.REOPEN: "reopen it",
        Transition.HAND_OVER: "hand it over",
    }
)


def check_transition(case: Case, transition: Transition, context: Context) -> Status:
    """The status that follows, where this person may ask for it now. Raises Refused."""
    allow(transition, case, context.by, context.staff)
    return next_status(case, transition, context.by, context.at)


def next_status(case: Case, transition: Transition, by: str, at: datetime) -> Status:
    """The status that follows, or Refused with a sentence."""
    to = TABLE[transition].get(case.status)
    if to is None:
        raise Refused(_why_not(case, transition, by, at))
    return to


def _why_not(case: Case, transition: Transition, by: str, at: datetime) -> str:
    if case.status is Status.RESOLVED:
        how = f"{_when(case.resolved_at, at)} ({case.resolution or 'no word'})"
        return f"<@{case.closed_by}> resolved this case {how}. Reopen it first."
    if transition is Transition.CLAIM:
        if case.owner == by:
            return "You have this one already."
        when = _when(case.claimed_at, at)
        return f"<@{case.owner}> has this one, {when if 'you' in when else f'claimed {when}'}."
    if transition is Transition.RELEASE:
        return "Nobody has claimed this case, so there is nothing to release. Press Claim to take it."
    return f"This case is still open ({case.status.value}), so there is nothing to reopen."


def _when(then: datetime | None, at: datetime) -> str:
    return ago(at - then) if then else "already"


def allow(transition: Transition, case: Case, by: str, staff: Staff) -> None:
    """Raises Refused where a person may not do this, whatever the case's status; says what she may do instead."""
    if not staff.may_answer(by):
        raise Refused(NOT_KNOWN if staff.unsure else _for_deputies(staff))
    owned_by_another = case.status is Status.CLAIMED and case.owner != by
    if transition is Transition.CLAIM or not owned_by_another or staff.manages(by):
        return
    raise Refused(f"<@{case.owner}> has this one. Ask <@{case.owner}> or a manager to {_PLEA[transition]}.")


def _for_deputies(staff: Staff) -> str:
    deputise = f"{people(staff.managers)} can deputise you." if staff.managers else "A manager can deputise you."
    deputies = people(staff.deputies) or "nobody yet"
    return (
        f"Only deputies of {staff.department} answer these ({deputies}). "
        f"You can open the post, thank the person, or tell one of them. {deputise}"
    )
