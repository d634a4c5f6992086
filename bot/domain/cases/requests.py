"""What becomes of a request to one person: the answer, of that person or of the clock."""

from datetime import datetime

from bot.domain.audit import AuditAction, AuditEvent
from bot.domain.case import Case
from bot.domain.case_requests import CaseRequest, RequestKind
from bot.domain.outbox import Notification, NotificationKind

REQUESTED = {RequestKind.OFFER: AuditAction.OFFER_REQUESTED, RequestKind.APPROVAL: AuditAction.APPROVAL_REQUESTED}
_ANSWERS = {
    (RequestKind.OFFER, True): AuditAction.OFFER_ALLOWED,
    (RequestKind.OFFER, False): AuditAction.OFFER_DECLINED,
    (RequestKind.APPROVAL, True): AuditAction.REPLY_APPROVED,
    (RequestKind.APPROVAL, False): AuditAction.REPLY_DECLINED,
}


def resolve_request(
    case: Case, asked: CaseRequest, by: str, at: datetime, *, is_allowed: bool
) -> tuple[Case, AuditEvent, Notification]:
    """Return the case with the answer, its event, and the message to who asked. `by` is '' for the clock."""
    detail = format_detail(asked, "" if by else "no answer in time")
    event = AuditEvent(at, by, _ANSWERS[asked.kind, is_allowed], detail)
    told = Notification.notify_owner(NotificationKind.CASE_ANSWER, case.id, asked.by, asked.number)
    return case.replace_request(asked._replace(allowed=is_allowed, answered_by=by)), event, told


def list_request_updates(before: Case | None, after: Case) -> tuple[Notification, ...]:
    """Return what redraws the messages to who was asked: they need no answer any more, or need one again.

    None for one that its reader answered, which says so already.
    """
    if before is None or not before.requests:
        return ()
    was, now = ({one.number for one in case.pending_requests} for case in (before, after))
    changed = [one for one in before.requests if one.number in was ^ now]
    return tuple(
        Notification.notify_owner(NotificationKind.CASE_REQUEST, after.id, one.to, one.number)
        for one in changed
        if (asked := after.find_request(one.number)) is None or not asked.answered_by
    )


def format_detail(asked: CaseRequest, more: str) -> str:
    """Return what the audit log says: never the text of a reply."""
    return ", ".join(filter(None, [f"{asked.offer} {asked.amount}" if asked.offer else "", more]))
