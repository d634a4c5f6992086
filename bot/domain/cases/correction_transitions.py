"""Apply corrections to a case: relabel it, recompute its deadlines, suggest another department."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from bot.domain.assessment import MERGED_CASE, Assessment
from bot.domain.audit import AuditAction, AuditEvent
from bot.domain.case import Case, CaseResolution, CaseStatus
from bot.domain.cases import transitions
from bot.domain.cases.deadlines import (
    compute_claim_due,
    compute_lease_end,
    compute_resolve_due,
    reset_to_new,
    restart_clocks,
)
from bot.domain.cases.intake import open_case
from bot.domain.cases.transitions import build_case_decision
from bot.domain.commits import CaseDecision, NotAllowed
from bot.domain.correction import (
    CLOSING_KINDS,
    GENUINE,
    NOT_ABOUT_US,
    SPAM,
    Correction,
    CorrectionKind,
    apply_corrections,
    derive_labels,
    get_label_word,
    replace_correction,
)
from bot.domain.department import Department
from bot.domain.lifecycle import CaseTransition, Context, check_allowed, check_transition
from bot.domain.mention import Mention
from bot.domain.routing import NOBODY, Route
from bot.domain.subject import SubjectKind

ScoreUrgency = Callable[[Mention, Assessment], Assessment]
"""Recomputes the urgency of an assessment from its labels."""
FindRoute = Callable[[Mention, Assessment], Route]
"""Finds the route for these labels in the current playbook."""
_RESOLUTION_BY_KIND = {CorrectionKind.SPAM: CaseResolution.SPAM, CorrectionKind.ABOUT: CaseResolution.NOT_ABOUT_US}
_KIND_BY_RESOLUTION = {resolution: kind for kind, resolution in _RESOLUTION_BY_KIND.items()}


class CorrectedValue(NamedTuple):
    """The right value, as a person gives it. `subject_kind` belongs to a subject."""

    kind: CorrectionKind
    value: str
    subject_kind: str = ""


def check_can_correct(case: Case, context: Context, kind: CorrectionKind) -> None:
    """Raise `NotAllowed` if the person may not answer, or, for a kind that closes the case, not resolve it."""
    check_allowed(CaseTransition.CLAIM, case, context.by, context.staff)
    if kind in CLOSING_KINDS:
        check_transition(case, CaseTransition.RESOLVE, context)


def correct_case(
    case: Case, context: Context, corrected: CorrectedValue, score_urgency: ScoreUrgency, find_route: FindRoute
) -> CaseDecision:
    """Relabel the case and recompute its deadlines; the department stays. The detected word undoes a correction."""
    check_allowed(CaseTransition.CLAIM, case, context.by, context.staff)
    _reject_unchanged(case, corrected)
    check_can_correct(case, context, corrected.kind)
    correction = _build_correction(case, corrected, context)
    if corrected.kind in CLOSING_KINDS and corrected.value in {SPAM, NOT_ABOUT_US}:
        return _close_corrected(case, context, correction, "", score_urgency)
    after = _relabel_case(case, replace_correction(case.corrections, correction), score_urgency)
    after = after if after.is_closed else _recompute_deadlines(case, after, context.department, find_route, context.at)
    if case.snooze and after.is_snoozed:  # it sleeps on, with the clocks of its new labels
        after = restart_clocks(after, context.department, case.snooze.until).copy_with(snooze=case.snooze)
    event = context.build_event(AuditAction.CORRECTED, describe_correction(correction))
    return build_case_decision(case, after, context.department, event, corrections=(correction,))


def _build_correction(case: Case, corrected: CorrectedValue, context: Context) -> Correction:
    was, labels = (
        get_label_word(case.original_assessment, corrected.kind),
        derive_labels(corrected.kind, corrected.value, corrected.subject_kind),
    )
    return Correction(corrected.kind, was, corrected.value, context.by, context.at, labels)


def _close_corrected(
    case: Case, context: Context, correction: Correction, note: str, score_urgency: ScoreUrgency
) -> CaseDecision:
    """Resolve the case: nobody needs to answer spam, or what is not about us."""
    believed = _relabel_case(case, replace_correction(case.corrections, correction), score_urgency)
    decision = transitions.resolve_case(believed, context, _RESOLUTION_BY_KIND[correction.kind], note)
    return replace(decision, before=case, corrections=(correction,))


def resolve_with_correction(
    case: Case, context: Context, resolution: CaseResolution, note: str, score_urgency: ScoreUrgency
) -> CaseDecision:
    """Resolve the case; as spam or as not about us this is also a correction, if it was detected as something else."""
    kind = _KIND_BY_RESOLUTION.get(resolution)
    right = CorrectedValue(kind, SPAM if kind is CorrectionKind.SPAM else NOT_ABOUT_US) if kind else None
    if right is None or _get_current_word(case, right.kind) == right.value or _is_competitor_case(case, right.kind):
        return transitions.resolve_case(case, context, resolution, note)
    return _close_corrected(case, context, _build_correction(case, right, context), note, score_urgency)


def describe_correction(correction: Correction) -> str:
    """Format as `neutral, not negative`."""
    if correction.is_undone:
        return f"{correction.now or 'no subject'} after all"
    if correction.kind in CLOSING_KINDS:
        return "not spam" if correction.now == GENUINE else correction.now
    return f"{correction.now or 'no subject'}, not {correction.was or 'no subject'}"


def _reject_unchanged(case: Case, corrected: CorrectedValue) -> None:
    now, before = _get_current_word(case, corrected.kind), case.find_correction(corrected.kind)
    if now != corrected.value:
        return
    shown = now or "no subject"
    if before is not None:
        raise NotAllowed(f"<@{before.by}> already changed this to {shown}.")
    raise NotAllowed(f"It is already set to “{shown}”. Choose something else.")


def _is_competitor_case(case: Case, kind: CorrectionKind) -> bool:
    """Whether it is about a competitor, so that "not about us" corrects nothing."""
    return kind is CorrectionKind.ABOUT and case.assessment.kind == SubjectKind.COMPETITOR


def _get_current_word(case: Case, kind: CorrectionKind) -> str:
    before = case.find_correction(kind)
    return before.now if before else get_label_word(case.assessment, kind)


def _relabel_case(case: Case, corrections: tuple[Correction, ...], score_urgency: ScoreUrgency) -> Case:
    original = case.original_assessment
    scored = score_urgency(case.mention, apply_corrections(original, corrections)) if corrections else original
    assessment = scored.raise_to(_find_merged_labels(case, corrections))
    as_heard = None if assessment is original else original
    return case.copy_with(assessment=assessment, as_heard=as_heard, corrections=corrections)


def _find_merged_labels(case: Case, corrections: tuple[Correction, ...]) -> Assessment:
    """Return what a more pressing case that was merged into this one says, unless a person says another type."""
    kinds = {one.kind for one in corrections}
    if not kinds.isdisjoint({CorrectionKind.INTENT, *CLOSING_KINDS}):
        return Assessment()
    merged = (one for one in case.assessment.signals if one.detector == MERGED_CASE and one.dimension not in kinds)
    return Assessment(signals=tuple(merged))


def _recompute_deadlines(
    before: Case, after: Case, department: Department, find_route: FindRoute, at: datetime
) -> Case:
    """Set the deadlines of the route for the right labels, counted from when the case came.

    They also change if it becomes a crisis, which ignores business hours, or is none any more.
    """
    led, leads = (find_route(one.mention, one.assessment) for one in (before, after))
    if leads != led:
        after = _assign_route(after, leads)
    elif before.is_urgent == after.is_urgent:
        return after
    if after.status is CaseStatus.NEW:
        return _reset_claim_deadline(after, department, at)
    return _reset_resolve_deadline(before, after, department, at)


def _assign_route(case: Case, route: Route) -> Case:
    """Set the route and its time limits; a route to nobody has none, so the case keeps its own."""
    return case if route.to == NOBODY else case.copy_with(route=route.name, clocks=route.clocks)


def _reset_claim_deadline(case: Case, department: Department, at: datetime) -> Case:
    """Set the deadline to claim; if it is in the future, the reminders start again."""
    due = compute_claim_due(case, department, case.opened_at)
    early = due is None or due > at
    return case.copy_with(due=due, rung=0, rung_at=None) if early else case.copy_with(due=due)


def _reset_resolve_deadline(before: Case, case: Case, department: Department, at: datetime) -> Case:
    """Set the deadline to resolve; a lease of another length starts again now."""
    due = compute_resolve_due(case, department)
    case = case.copy_with(due=due, overdue_said=case.overdue_said and due is not None and due <= at)
    if case.clocks.lease == before.clocks.lease:
        return case
    return case.copy_with(lease_began=at, lease_ends=compute_lease_end(case, department, at), lease_said=False)


def reopen_with_correction(
    case: Case, context: Context, score_urgency: ScoreUrgency, find_route: FindRoute
) -> CaseDecision:
    """Reopen the case and undo the corrections that closed it."""
    closing = [one for one in case.corrections if one.kind in CLOSING_KINDS]
    others = tuple(one for one in case.corrections if one.kind not in CLOSING_KINDS)
    believed = _relabel_case(case, others, score_urgency) if closing else case
    if others:
        believed = _assign_route(believed, find_route(believed.mention, believed.assessment))
    decision = transitions.reopen_case(believed, context)
    undone = tuple(one._replace(now=one.was, by=context.by, at=context.at, labels=()) for one in closing)
    return replace(decision, before=case, corrections=undone)


def reroute_case(case: Case, context: Context, route: Route, to: Department) -> CaseDecision:
    """Hand the case to the department of its corrected labels, with the time limits of that route."""
    check_transition(case, CaseTransition.HAND_OVER, context)
    if to.name == case.department:
        raise NotAllowed(f"{to.name} already has this case, and the rules say it belongs there.")
    event = context.build_event(AuditAction.HANDED_OVER, f"from {context.department.name} to {to.name}, by its rules")
    there = case.copy_with(route=route.name, clocks=route.clocks)
    return build_case_decision(case, reset_to_new(there, to, context.at), to, event)


def restore_from_spam(
    mention: Mention,
    assessment: Assessment,
    route: Route,
    department: Department,
    by: str,
    at: datetime,
    score_urgency: ScoreUrgency,
) -> CaseDecision:
    """Open a case for a mention that was detected as spam by mistake."""
    correction = Correction(CorrectionKind.SPAM, SPAM, GENUINE, by, at)
    decision = open_case(mention, assess_as_genuine(mention, assessment, score_urgency), route, department, at)
    event = AuditEvent(at, by, AuditAction.BROUGHT_BACK, f"from spam, for {department.name}")
    case = decision.case.copy_with(history=(event,), corrections=(correction,), as_heard=assessment)
    return replace(decision, after=case, events=(event,), corrections=(correction,))


def assess_as_genuine(mention: Mention, assessment: Assessment, score_urgency: ScoreUrgency) -> Assessment:
    """Return the assessment without the spam label."""
    return score_urgency(
        mention, apply_corrections(assessment, [Correction(CorrectionKind.SPAM, SPAM, GENUINE, "", mention.created_at)])
    )
