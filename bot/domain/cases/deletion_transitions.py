"""Apply the deletion of a post at its outlet: its words are struck out, and the totals still balance."""

from datetime import datetime

from bot.domain.assessment import Assessment
from bot.domain.audit import AuditAction, AuditEvent
from bot.domain.case import Case
from bot.domain.commits import CaseDecision, MentionDeletion, MentionOutcome, ProcessedMention
from bot.domain.erasure import AUTHOR_DELETION, list_long_phrases
from bot.domain.mention import DELETED_TEXT, Mention
from bot.domain.outbox import Notification
from bot.domain.redaction import blank_mention, forget_in_case
from bot.domain.routing import NOBODY


def decide_deletion(mention: Mention, case: Case | None, at: datetime) -> CaseDecision:
    """Strike out the post in the case that it opened or joined. Its other places are searched later, for many posts."""
    if case is None:
        return CaseDecision(None, is_edit=True, deletion=MentionDeletion(mention.id, ()))
    is_own = case.mention.id == mention.id
    words = list_long_phrases((case.mention.text, *case.earlier)) if is_own and not case.mention.is_forgotten else ()
    decision = forget_in_case(case, frozenset({mention.id}), at, reason=AUTHOR_DELETION)
    if decision is None:
        decision = _note_deletion(case, at)
    return CaseDecision(
        after=decision.after,
        before=case,
        notifications=decision.notifications,
        events=decision.events,
        deadline=decision.deadline,
        removed_mentions=() if is_own else (mention.id,),
        deletion=MentionDeletion(mention.id, tuple(words)),
        is_edit=True,
    )


def _note_deletion(case: Case, at: datetime) -> CaseDecision:
    """Return what a deletion changes that the case does not list: one of hundreds of posts that joined."""
    event = AuditEvent(at, "", AuditAction.POST_DELETED, AUTHOR_DELETION.detail)
    after = case.copy_with(version=case.version + 1, history=case.extend_history(event))
    card = Notification.draw_card(case.id, case.department)
    words = Notification.retract_replies(case.id, case.department)  # the message that it came quotes it
    return CaseDecision(
        after, before=case, notifications=(card, words), events=(event,), deadline=at if after.has_deadlines else None
    )


def count_deleted(mention: Mention, at: datetime) -> CaseDecision:
    """Count a mention whose deletion came before it was processed: nobody needs to see it."""
    blank = blank_mention(mention, DELETED_TEXT)
    return CaseDecision(None, processed=ProcessedMention(blank, Assessment(), NOBODY, MentionOutcome.TALLIED, at))
