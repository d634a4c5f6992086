"""What follows where somebody says that a post was heard wrongly: for its card, its clocks and its department."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from bot.domain import moves
from bot.domain.assessment import Assessment
from bot.domain.audit import AuditAction, AuditEvent
from bot.domain.case import Case, Resolution, Status
from bot.domain.clocks import claim_due, fresh, lease_end, resolve_due
from bot.domain.correction import (
    CLOSING,
    GENUINE,
    NOT_ABOUT_US,
    SPAM,
    Correction,
    CorrectionKind,
    corrected,
    heard_word,
    labels_for,
    put,
)
from bot.domain.decision import CaseDecision, Refused
from bot.domain.department import Department
from bot.domain.intake import open_case
from bot.domain.lifecycle import Context, Transition, allow, check_transition
from bot.domain.mention import Mention
from bot.domain.moves import decide
from bot.domain.routing import NOBODY, Route
from bot.domain.subject import SubjectKind

Weigh = Callable[[Mention, Assessment], Assessment]
"""Gives an assessment the urgency that follows from its other labels."""
RouteOf = Callable[[Mention, Assessment], Route]
"""The route that these labels lead to now."""
_CLOSED_AS = {CorrectionKind.SPAM: Resolution.SPAM, CorrectionKind.ABOUT: Resolution.NOT_ABOUT_US}
_KINDS = {resolution: kind for kind, resolution in _CLOSED_AS.items()}


class Right(NamedTuple):
    """The right answer, as somebody gives it. `subject_kind` goes with a subject."""

    kind: CorrectionKind
    now: str
    subject_kind: str = ""


def may_correct(case: Case, context: Context, kind: CorrectionKind) -> None:
    """Whoever may answer. What closes a case is for whoever may resolve it. Raises Refused."""
    allow(Transition.CLAIM, case, context.by, context.staff)
    if kind in CLOSING:
        check_transition(case, Transition.RESOLVE, context)


def correct(case: Case, context: Context, right: Right, weigh: Weigh, route_of: RouteOf) -> CaseDecision:
    """The card and the clocks follow at once; the department does not, unless somebody asks for it.

    The word that was heard is a right answer too: it undoes a correction.
    """
    allow(Transition.CLAIM, case, context.by, context.staff)
    _refuse_what_is_so(case, right)
    may_correct(case, context, right.kind)
    correction = _correction(case, right, context)
    if right.kind in CLOSING and right.now in {SPAM, NOT_ABOUT_US}:
        return _closed(case, context, correction, "", weigh)
    after = _following(case, put(case.corrections, correction), weigh)
    after = after if after.closed else _timed(case, after, context.department, route_of, context.at)
    event = context.build_event(AuditAction.CORRECTED, told(correction))
    return decide(case, after, context.department, event, corrections=(correction,))


def _correction(case: Case, right: Right, context: Context) -> Correction:
    was, labels = heard_word(case.heard, right.kind), labels_for(right.kind, right.now, right.subject_kind)
    return Correction(right.kind, was, right.now, context.by, context.at, labels)


def _closed(case: Case, context: Context, correction: Correction, note: str, weigh: Weigh) -> CaseDecision:
    """Nobody need answer what is spam, or is not about us."""
    believed = _following(case, put(case.corrections, correction), weigh)
    decision = moves.resolve(believed, context, _CLOSED_AS[correction.kind], note)
    return replace(decision, before=case, corrections=(correction,))


def resolve(case: Case, context: Context, resolution: Resolution, note: str, weigh: Weigh) -> CaseDecision:
    """Who resolves as spam what was not heard as spam, or as not about us, says that we heard wrongly."""
    kind = _KINDS.get(resolution)
    right = Right(kind, SPAM if kind is CorrectionKind.SPAM else NOT_ABOUT_US) if kind else None
    if right is None or _word_now(case, right.kind) == right.now or _expected(case, right.kind):
        return moves.resolve(case, context, resolution, note)
    return _closed(case, context, _correction(case, right, context), note, weigh)


def told(correction: Correction) -> str:
    """`neutral, not negative`."""
    if correction.undone:
        return f"{correction.now or 'no subject'} after all"
    if correction.kind in CLOSING:
        return "no spam" if correction.now == GENUINE else correction.now
    return f"{correction.now or 'no subject'}, not {correction.was or 'without subject'}"


def _refuse_what_is_so(case: Case, right: Right) -> None:
    now, before = _word_now(case, right.kind), case.correction(right.kind)
    if now != right.now:
        return
    shown = now or "no subject"
    if before is not None:
        raise Refused(f"<@{before.by}> corrected this already: {shown}. There is nothing left to correct.")
    raise Refused(f"That is what Earshot heard: {shown}. Choose what it is instead, if it heard wrongly.")


def _expected(case: Case, kind: CorrectionKind) -> bool:
    """A competitor's customer: nobody took it to be about us."""
    return kind is CorrectionKind.ABOUT and case.assessment.kind == SubjectKind.COMPETITOR


def _word_now(case: Case, kind: CorrectionKind) -> str:
    before = case.correction(kind)
    return before.now if before else heard_word(case.assessment, kind)


def _following(case: Case, corrections: tuple[Correction, ...], weigh: Weigh) -> Case:
    if not corrections:
        return case.having(assessment=case.heard, as_heard=None, corrections=())
    assessment = weigh(case.mention, corrected(case.heard, corrections))
    return case.having(assessment=assessment, as_heard=case.heard, corrections=corrections)


def _timed(before: Case, after: Case, department: Department, route_of: RouteOf, at: datetime) -> Case:
    """Set the clocks of the route that the right labels lead to, counted from when the case came.

    Also where it becomes a crisis, which keeps no business hours, or turns out to be none.
    """
    led, leads = (route_of(one.mention, one.assessment) for one in (before, after))
    if leads != led:
        after = _on_route(after, leads)
    elif before.urgent == after.urgent:
        return after
    if after.status is Status.NEW:
        return _to_claim(after, department, at)
    return _to_resolve(before, after, department, at)


def _on_route(case: Case, route: Route) -> Case:
    """A route to nobody has no clocks: as long as the case is somebody's it keeps those it has."""
    return case if route.to == NOBODY else case.having(route=route.name, clocks=route.clocks)


def _to_claim(case: Case, department: Department, at: datetime) -> Case:
    """What is not due yet has reminded nobody."""
    due = claim_due(case, department, case.opened_at)
    early = due is None or due > at
    return case.having(due=due, rung=0, rung_at=None) if early else case.having(due=due)


def _to_resolve(before: Case, case: Case, department: Department, at: datetime) -> Case:
    """A claim of another length begins anew: who has the case has just read it."""
    due = resolve_due(case, department)
    case = case.having(due=due, overdue_said=case.overdue_said and due is not None and due <= at)
    if case.clocks.lease == before.clocks.lease:
        return case
    return case.having(lease_began=at, lease_ends=lease_end(case, department, at), lease_said=False)


def reopen(case: Case, context: Context, weigh: Weigh, route_of: RouteOf) -> CaseDecision:
    """A case that somebody opens again is neither spam nor about others: that is undone with it."""
    closing = [one for one in case.corrections if one.kind in CLOSING]
    others = tuple(one for one in case.corrections if one.kind not in CLOSING)
    believed = _following(case, others, weigh) if closing else case
    if others:
        believed = _on_route(believed, route_of(believed.mention, believed.assessment))
    decision = moves.reopen(believed, context)
    undone = tuple(one._replace(now=one.was, by=context.by, at=context.at, labels=()) for one in closing)
    return replace(decision, before=case, corrections=undone)


def move_by_rules(case: Case, context: Context, route: Route, to: Department) -> CaseDecision:
    """After a correction: to the department that its labels lead to now, with the clocks of that route."""
    check_transition(case, Transition.HAND_OVER, context)
    if to.name == case.department:
        raise Refused(f"{to.name} has this case already, and by its rules it belongs there.")
    event = context.build_event(AuditAction.HANDED_OVER, f"from {context.department.name} to {to.name}, by its rules")
    there = case.having(route=route.name, clocks=route.clocks)
    return decide(case, fresh(there, to, context.at), to, event)


def bring_back(
    mention: Mention,
    heard: Assessment,
    route: Route,
    department: Department,
    by: str,
    at: datetime,
    weigh: Weigh,
) -> CaseDecision:
    """Spam that is none opens a case, as if it had been heard rightly."""
    correction = Correction(CorrectionKind.SPAM, SPAM, GENUINE, by, at)
    decision = open_case(mention, genuine(mention, heard, weigh), route, department, at)
    event = AuditEvent(at, by, AuditAction.BROUGHT_BACK, f"from spam, for {department.name}")
    case = decision.case.having(history=(event,), corrections=(correction,), as_heard=heard)
    return replace(decision, after=case, events=(event,), corrections=(correction,))


def genuine(mention: Mention, heard: Assessment, weigh: Weigh) -> Assessment:
    """What was heard beside the spam."""
    return weigh(mention, corrected(heard, [Correction(CorrectionKind.SPAM, SPAM, GENUINE, "", mention.created_at)]))
