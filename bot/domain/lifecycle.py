"""The lifecycle of a case: the table of transitions, permissions, and the sentences of refusals."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from bot.domain.audit import AuditAction, AuditEvent
from bot.domain.case import Case, CaseResolution, CaseStatus
from bot.domain.commits import NotAllowed
from bot.domain.department import Department, DepartmentStaff
from bot.domain.text import format_ago, format_people


@dataclass(frozen=True, slots=True)
class Context:
    """Who changes a case, when, and the department of the case with its staff."""

    by: str
    at: datetime
    staff: DepartmentStaff
    department: Department

    def build_event(self, what: AuditAction, detail: str = "") -> AuditEvent:
        return AuditEvent(self.at, self.by, what, detail)


class CaseTransition(StrEnum):
    CLAIM = "claim"
    RELEASE = "release"
    RESOLVE = "resolve"
    REOPEN = "reopen"
    HAND_OVER = "hand over"
    SNOOZE = "snooze"
    WAKE = "wake"
    REPLY = "reply"
    MERGE = "merge"


TRANSITIONS = MappingProxyType(
    {
        CaseTransition.CLAIM: {CaseStatus.NEW: CaseStatus.CLAIMED},
        CaseTransition.RELEASE: {CaseStatus.CLAIMED: CaseStatus.NEW},
        CaseTransition.RESOLVE: {CaseStatus.NEW: CaseStatus.RESOLVED, CaseStatus.CLAIMED: CaseStatus.RESOLVED},
        CaseTransition.REOPEN: {CaseStatus.RESOLVED: CaseStatus.NEW},
        CaseTransition.HAND_OVER: {CaseStatus.NEW: CaseStatus.NEW, CaseStatus.CLAIMED: CaseStatus.NEW},
        CaseTransition.SNOOZE: {CaseStatus.NEW: CaseStatus.NEW, CaseStatus.CLAIMED: CaseStatus.CLAIMED},
        CaseTransition.WAKE: {CaseStatus.NEW: CaseStatus.NEW, CaseStatus.CLAIMED: CaseStatus.CLAIMED},
        CaseTransition.REPLY: {CaseStatus.CLAIMED: CaseStatus.CLAIMED},
        CaseTransition.MERGE: {CaseStatus.NEW: CaseStatus.RESOLVED, CaseStatus.CLAIMED: CaseStatus.RESOLVED},
    }
)
"""A hand-over to a person is a hand-over to their department and a claim for them, in one decision."""


DEPUTIES_UNKNOWN = (
    "Slack isn't telling Earshot who is in this department's user groups. Try again in a minute. "
    "If that doesn't help, ask an admin whether Earshot may read user groups."
)
ACCEPT_HINT = "press *Accept* in Earshot's direct message to you."
_ACTION_PHRASES = MappingProxyType(
    {
        CaseTransition.RELEASE: "release it",
        CaseTransition.RESOLVE: "resolve it",
        CaseTransition.REOPEN: "reopen it",
        CaseTransition.HAND_OVER: "hand it over",
        CaseTransition.SNOOZE: "snooze it",
        CaseTransition.WAKE: "wake it",
        CaseTransition.REPLY: "answer it",
        CaseTransition.MERGE: "merge it",
    }
)
_UNCLAIMED_REFUSALS = MappingProxyType(
    {
        CaseTransition.RELEASE: "Nobody has claimed this case, so there is nothing to release. Press Claim to take it.",
        CaseTransition.REPLY: "Nobody has claimed this case. Press Claim first, so that only one of you answers.",
    }
)


def check_transition(case: Case, transition: CaseTransition, context: Context) -> CaseStatus:
    """Return the next status if this person may do this now. Raises `NotAllowed`."""
    check_allowed(transition, case, context.by, context.staff)
    return get_next_status(case, transition, context.by, context.at)


def get_next_status(case: Case, transition: CaseTransition, by: str, at: datetime) -> CaseStatus:
    """Return the next status. Raises `NotAllowed` with a sentence."""
    to = TRANSITIONS[transition].get(case.status)
    if to is None:
        raise NotAllowed(_explain_refusal(case, transition, by, at))
    return to


def _explain_refusal(case: Case, transition: CaseTransition, by: str, at: datetime) -> str:
    if case.status is CaseStatus.RESOLVED and not case.closed_by:
        reasons: dict[CaseResolution | None, str] = {
            CaseResolution.ANSWERED_OUTSIDE: "The post was answered in public",
            CaseResolution.EXPIRED: "It was open too long without a change",
        }
        what = reasons.get(case.resolution, "The post was deleted")
        return f"{what}, so this case was closed {_format_when(case.resolved_at, at)}. You can reopen it."
    who, when = f"<@{case.closed_by}>", f" {_format_when(case.resolved_at, at)}"
    if case.closed_by == by:
        who, when = "You", ""
    if case.merged_into:
        where = "Its posts are there now. Reopen it to have them back."
        return f"{who} merged this case into another one{when}. {where}"
    if case.status is CaseStatus.RESOLVED:
        return f"{who} resolved this case{when} ({case.resolution or 'no outcome'}). Reopen it first."
    if transition is CaseTransition.CLAIM:
        if case.owner == by:
            return "You already have this one."
        when = _format_when(case.claimed_at, at)
        return f"<@{case.owner}> has this one, {when if 'you' in when else f'claimed {when}'}."
    still_open = f"This case is still open ({case.status.value}), so there is nothing to reopen."
    return _UNCLAIMED_REFUSALS.get(transition, still_open)


def _format_when(then: datetime | None, at: datetime) -> str:
    return format_ago(at - then) if then else "already"


def check_allowed(transition: CaseTransition, case: Case, by: str, staff: DepartmentStaff) -> None:
    """Raise `NotAllowed` if the person may not do this in any status; the sentence says what they can do instead.

    An owner whose role has ended keeps the case, and may bring it to its end.
    """
    if case.status is CaseStatus.CLAIMED and case.owner == by and transition is not CaseTransition.CLAIM:
        return
    if by in staff.invited:
        raise NotAllowed(f"You can do this once you accept the policy of {staff.department}: {ACCEPT_HINT}")
    if not staff.can_answer(by):
        raise NotAllowed(DEPUTIES_UNKNOWN if staff.unsure else _explain_deputies_only(staff))
    owned_by_another = case.status is CaseStatus.CLAIMED and case.owner != by
    if transition is CaseTransition.CLAIM or not owned_by_another or staff.is_manager(by):
        return
    raise NotAllowed(
        f"<@{case.owner}> has this one. Ask <@{case.owner}> or a manager to {_ACTION_PHRASES[transition]}."
    )


def _explain_deputies_only(staff: DepartmentStaff) -> str:
    deputize = f"{format_people(staff.managers)} can deputize you." if staff.managers else "A manager can deputize you."
    deputies = format_people(staff.deputies) or "nobody yet"
    return (
        f"Only the {staff.department} department answers these ({deputies}). "
        f"You can open the post, thank the person, or tell one of them. {deputize}"
    )
