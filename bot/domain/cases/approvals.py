"""Whether a reply in a case needs approval, and the answer of a person or of the clock."""

from datetime import datetime

from bot.domain.audit import AuditAction, AuditEvent
from bot.domain.case import Case
from bot.domain.outbox import Notification, NotificationKind
from bot.domain.replies.approval import ApprovalPolicy, ReplyApproval


def needs_approval(case: Case, policy: ApprovalPolicy) -> bool:
    crisis = {"crisis"} if case.is_urgent else set[str]()
    return policy.matches_labels({case.assessment.intent.value, case.harm} | crisis)


def resolve_approval(
    case: Case, asked: ReplyApproval, by: str, at: datetime, *, is_approved: bool
) -> tuple[Case, AuditEvent, Notification]:
    """Return the case with the answer, its event, and the message to who asked. `by` is '' for the clock."""
    action = AuditAction.REPLY_APPROVED if is_approved else AuditAction.REPLY_DECLINED
    event = AuditEvent(at, by, action, "" if by else "no answer in time")
    told = Notification.notify_owner(NotificationKind.APPROVAL_ANSWER, case.id, asked.by, asked.number)
    return case.copy_with(approval=asked._replace(approved=is_approved, answered_by=by)), event, told
