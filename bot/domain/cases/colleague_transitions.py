"""What a colleague without a role may do with a case: re-route it with a reason, take that back, thank the author."""

from bot.domain.assessment import Intent
from bot.domain.audit import AuditAction
from bot.domain.case import Case, CaseStatus
from bot.domain.cases.deadlines import reset_to_new
from bot.domain.cases.transitions import MAX_REASON, build_case_decision, redact_reason
from bot.domain.commits import CaseDecision, NotAllowed
from bot.domain.correction import Correction, CorrectionKind
from bot.domain.department import Department
from bot.domain.lifecycle import CaseTransition, Context, get_next_status

MAX_THANKS = 200
"""Names kept in a case."""
ROUTE_CHANGES = frozenset(
    {AuditAction.HANDED_OVER, AuditAction.ROUTE_CORRECTED, AuditAction.REROUTED, AuditAction.REROUTE_UNDONE}
)
"""Events after which a case is in another department."""


def check_can_reroute(case: Case, context: Context) -> None:
    """Raise `NotAllowed` if only a deputy may move this case.

    That is so if it is somebody's, it is closed, people are paged, or a colleague has moved it before: each move
    restarts the time to claim, so moves back and forth would keep it from ever being overdue.
    """
    if case.status is CaseStatus.CLAIMED:
        raise NotAllowed(f"<@{case.owner}> has this one. Ask them to re-route it.")
    get_next_status(case, CaseTransition.HAND_OVER, context.by, context.at)
    if case.is_confirmed_crisis:
        raise NotAllowed(
            f"People are being called for this crisis, so only deputies of {case.department} and managers move it. "
            "Write to one of them."
        )
    if any(event.what == AuditAction.REROUTED for event in case.history):
        raise NotAllowed(
            f"A colleague has re-routed this case before, so only deputies of {case.department} and managers move it. "
            "Write to one of them."
        )


def reroute_case(case: Case, context: Context, to: Department, reason: str) -> CaseDecision:
    """Move an unclaimed case to the department where a colleague thinks it belongs, and keep the correction."""
    check_can_reroute(case, context)
    if not reason.strip():
        raise NotAllowed("Say in a few words why it belongs there.")
    if to.name == case.department:
        raise NotAllowed(f"{to.name} has this case already. Choose where it belongs instead.")
    detail = f"{_format_move(case.department, to.name)}, as a colleague: {reason.strip()[:MAX_REASON]}"
    return _move_case(case, context, to, AuditAction.REROUTED, detail)


def undo_reroute(case: Case, context: Context, back: Department) -> CaseDecision:
    """Move the case back, unless somebody has claimed or moved it since."""
    last = next((event for event in reversed(case.history) if event.what in ROUTE_CHANGES), None)
    is_own = last is not None and last.by == context.by and last.what == AuditAction.REROUTED
    if case.status is not CaseStatus.NEW or last is None or not is_own:
        raise NotAllowed("Somebody has claimed or moved this case since, so it stays where it is.")
    if not last.detail.startswith(_format_move(back.name, case.department)):
        raise NotAllowed(f"This case did not come from {back.name}.")
    return _move_case(case, context, back, AuditAction.REROUTE_UNDONE, _format_move(case.department, back.name))


def _format_move(before: str, after: str) -> str:
    return f"from {before} to {after}"


def _move_case(case: Case, context: Context, to: Department, action: AuditAction, detail: str) -> CaseDecision:
    correction = Correction(CorrectionKind.DEPARTMENT, case.department, to.name, context.by, context.at)
    event = context.build_event(action, detail)
    moved = reset_to_new(case, to, context.at)
    return redact_reason(build_case_decision(case, moved, to, event, corrections=(correction,)))


def thank_author(case: Case, context: Context) -> CaseDecision:
    """Record that a colleague thanks the author of praise; once a person, in any status."""
    if case.assessment.intent is not Intent.PRAISE:
        raise NotAllowed("*Thank* is for praise, and this case is something else now.")
    if not case.has_words:
        raise NotAllowed("This post was deleted, so there is nobody to thank.")
    if context.by in case.thanked_by:
        raise NotAllowed("You have thanked them already.")
    after = case.copy_with(thanked_by=(*case.thanked_by, context.by)[-MAX_THANKS:])
    return build_case_decision(case, after, context.department, context.build_event(AuditAction.THANKED))
