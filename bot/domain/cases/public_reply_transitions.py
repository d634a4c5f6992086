"""Our own answers in public: a case that one of our accounts has answered calls nobody any more."""

from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain.audit import AuditAction, AuditEvent
from bot.domain.case import Case, CaseResolution, CaseStatus, JoinReason, PublicReply
from bot.domain.cases.deadlines import (
    choose_priority,
    close_answered,
    drop_public_replies,
    find_next_deadline,
    reset_to_new,
)
from bot.domain.closures import add_closure
from bot.domain.commits import CaseDecision, DurationKind, MentionDeletion, ProcessedMention
from bot.domain.department import Department
from bot.domain.mention import Mention
from bot.domain.outbox import Notification, Priority
from bot.domain.own_accounts import fold_handle

MAX_REPLIES = 5
"""Kept in a case: the first, from which the time to a first answer is told, and the newest."""


def build_public_reply(mention: Mention) -> PublicReply:
    return PublicReply(mention.display_name, mention.created_at, mention.url, mention.id, mention.answered_id)


def is_of_author(mention: str, case: Case) -> bool:
    """Whether a post of the case is by its author, or our answer to them: copies are by others."""
    theirs = [one.mention for one in case.joined if one.why is JoinReason.SAME_PERSON]
    return mention in {case.mention.id, case.found_as, *theirs, *(one.mention for one in case.public_replies)}


def is_answer_to(reply: Mention, case: Case) -> bool:
    """Whether an answer that names no post of the case is to this case of its conversation.

    It is unless it answers somebody else there, and unless it was there first: under a post of ours many complain.
    """
    if reply.created_at < case.mention.created_at:
        return False
    if not reply.in_reply_to:
        return True
    parent = fold_handle(reply.parent.author) if reply.parent else ""
    return parent != "" and parent == fold_handle(case.mention.author.handle)


def answer_case(
    case: Case, reply: PublicReply, processed: ProcessedMention, department: Department, at: datetime
) -> CaseDecision:
    """Apply an answer to a case; one that it knows already is only counted."""
    if any(one.mention == reply.mention for one in case.public_replies):
        return CaseDecision(None, processed=processed)
    after = case.copy_with(version=case.version + 1)
    card = Notification.draw_card(case.id, case.department, choose_priority(case, Priority.UPDATE))
    deadline = find_next_deadline(case, department)
    decision = CaseDecision(after, before=case, notifications=(card,), deadline=deadline, processed=processed)
    return add_reply(decision, reply, department, at)


def add_reply(decision: CaseDecision, reply: PublicReply, department: Department, at: datetime) -> CaseDecision:
    """Add an answer to what was decided on its case: also to one that opens only now, since posts come in any order.

    An unclaimed case is closed. The owner of a claimed one is asked once to resolve it, and keeps it until then. A
    crisis stays as it is: words in public end none.
    """
    case = decision.case
    event = AuditEvent(at, "", AuditAction.ANSWERED_IN_PUBLIC)  # by whom may have to be forgotten
    after, events = case.copy_with(history=case.extend_history(event)), [event]
    notifications = decision.notifications
    if not any(one.why is JoinReason.SAME_PERSON and one.at > reply.at for one in case.joined):
        after = after.copy_with(public_replies=_insert_reply(case.public_replies, reply))
        if case.status is CaseStatus.NEW and not case.is_urgent:
            after = close_answered(after, at)
            events.append(AuditEvent(at, "", AuditAction.RESOLVED, CaseResolution.ANSWERED_OUTSIDE.value))
            after, closure = add_closure(case, after.copy_with(history=after.extend_history(events[-1])), "")
            notifications += closure
        elif case.status is CaseStatus.CLAIMED:
            if not case.is_urgent:
                after = after.copy_with(lease_began=None, lease_ends=None, snooze=None)
            if not case.public_replies:
                notifications += (Notification.report_public_reply(case.id, case.department, case.round),)
    waited = max(timedelta(), reply.at - case.mention.created_at)
    is_first = not any(one.what == AuditAction.ANSWERED_IN_PUBLIC for one in case.history)
    return replace(
        decision,
        after=after,
        notifications=notifications,
        events=(*decision.events, *events),
        deadline=find_next_deadline(after, department),
        durations=(*decision.durations, *([(DurationKind.REPLY, waited.total_seconds())] if is_first else [])),
        public_reply=reply,
    )


def _insert_reply(replies: tuple[PublicReply, ...], reply: PublicReply) -> tuple[PublicReply, ...]:
    first, *rest = sorted((*replies, reply), key=lambda one: one.at)
    return (first, *rest[-(MAX_REPLIES - 1) :])


def remove_public_reply(case: Case, mention: str, department: Department, at: datetime) -> CaseDecision:
    """Apply the deletion of an answer. After the last one its author waits again, unless a person has resolved it."""
    event = AuditEvent(at, "", AuditAction.PUBLIC_REPLY_DELETED)
    left = tuple(one for one in case.public_replies if one.mention != mention)
    after, events = case.copy_with(public_replies=left, history=case.extend_history(event)), [event]
    if not left and case.resolution is CaseResolution.ANSWERED_OUTSIDE:
        events.append(AuditEvent(at, "", AuditAction.REOPENED, "the answer in public was deleted"))
        after = reset_to_new(after, department, at)
        after = after.copy_with(waiting_since=at, approached=False, history=after.extend_history(events[-1]))
    elif not left:
        after = drop_public_replies(case, department, at).copy_with(history=after.history)
    return CaseDecision(
        after.copy_with(version=case.version + 1),
        before=case,
        notifications=(Notification.draw_card(case.id, case.department, choose_priority(after, Priority.UPDATE)),),
        events=tuple(events),
        deadline=find_next_deadline(after, department),
        deletion=MentionDeletion(mention, ()),
    )
