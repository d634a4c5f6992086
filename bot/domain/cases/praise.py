"""Praise: whom nobody has thanked yet, and what is worth sharing."""

from bot.domain.assessment import Intent
from bot.domain.audit import AuditAction
from bot.domain.case import Case, CaseResolution
from bot.domain.cases.transitions import build_case_decision
from bot.domain.commits import CaseDecision, NotAllowed
from bot.domain.lifecycle import Context

FAN_FROM = 3
"""Who has praised so often is a fan."""


def needs_thanks(case: Case) -> bool:
    """Return whether nobody has thanked the author of praise, in Slack or by an answer."""
    if case.assessment.intent is not Intent.PRAISE or case.thanked_by or not case.has_words:
        return False
    return case.resolution in {None, CaseResolution.NO_ACTION}


def is_shareworthy(case: Case) -> bool:
    return bool(case.shared_by) and case.has_words


def is_likely_bot(case: Case) -> bool:
    """Return whether the account is a likely bot, or a bot by the outlet's own mark: its praise may be bought."""
    return case.mention.author.bot or "doubtful" in case.assessment.get_words("voice")


def mark_shareworthy(case: Case, context: Context) -> CaseDecision:
    """Put praise into the queue of what is worth sharing. Everybody may."""
    if case.assessment.intent is not Intent.PRAISE:
        raise NotAllowed("Only praise goes into this list, and this case is something else now.")
    if not case.has_words:
        raise NotAllowed("This post was deleted, so there is nothing to share.")
    if case.shared_by:
        raise NotAllowed(f"<@{case.shared_by}> has marked it already.")
    after, event = case.copy_with(shared_by=context.by), context.build_event(AuditAction.SHARE_MARKED)
    return build_case_decision(case, after, context.department, event)


def unmark_shareworthy(case: Case, context: Context) -> CaseDecision:
    """Take it out again: it was shared, or is not worth it. For who marked it and people who answer there."""
    if not case.shared_by:
        raise NotAllowed("It isn't in this list any more.")
    if context.by != case.shared_by and not context.staff.can_answer(context.by):
        raise NotAllowed(f"Only <@{case.shared_by}> and the {case.department} department take it out.")
    after, event = case.copy_with(shared_by=""), context.build_event(AuditAction.SHARE_UNMARKED)
    return build_case_decision(case, after, context.department, event)
