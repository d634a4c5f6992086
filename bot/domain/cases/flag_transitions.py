"""Flagged posts: a source may bring the same post later, which says how many our sources miss."""

from dataclasses import replace
from datetime import datetime

from bot.domain.assessment import Assessment
from bot.domain.audit import AuditAction, AuditEvent
from bot.domain.case import Case, JoinReason
from bot.domain.cases.intake import join_case
from bot.domain.cases.transitions import build_case_decision
from bot.domain.commits import CaseDecision
from bot.domain.department import Department
from bot.domain.mention import Mention
from bot.domain.reports.recognition import SPOTTED, SPOTTED_FOUND

FLAGGED, FOUND = "flagged", "flagged, found"
"""How reports call what they count."""
MAX_MORE_FLAGS = 10
"""Colleagues beside the first who are told what comes of a post that they flagged."""


def join_flagged_case(
    case: Case, mention: Mention, assessment: Assessment, department: Department, at: datetime
) -> CaseDecision:
    """Add the post that a source brought to the case for which it was flagged: that is no news, and reopens nothing."""
    decision = join_case(case, mention, assessment, JoinReason.COPY, department, at)
    return replace(decision, after=decision.case.copy_with(found_as=mention.id))


def add_flag(case: Case, department: Department, by: str, at: datetime) -> CaseDecision | None:
    """Note who flagged a post that has a case: they are told, too, what comes of it. None if nothing is new."""
    known = {case.flagged_by, case.owner, *case.also_flagged_by}
    if case.is_closed or by in known or len(case.also_flagged_by) >= MAX_MORE_FLAGS:
        return None
    is_first = not (case.flagged_by or case.also_flagged_by)
    event = AuditEvent(at, by, AuditAction.FLAGGED, "" if is_first else "too")
    return build_case_decision(case, case.copy_with(also_flagged_by=(*case.also_flagged_by, by)), department, event)


def list_flag_counts(before: Case | None, after: Case) -> tuple[str, ...]:
    """Return what reports count of this change: each flagged post once, and once if a source brings it later."""
    if before is None:
        return (FLAGGED, SPOTTED + after.flagged_by) if after.flagged_by else ()
    return (FOUND, SPOTTED_FOUND + after.flagged_by) if after.found_as and not before.found_as else ()
