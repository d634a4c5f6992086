"""Ask one person something about a case, and answer that."""

from bot.domain.case import Case
from bot.domain.case_requests import CaseRequest
from bot.domain.cases.requests import REQUESTED, format_detail, resolve_request
from bot.domain.cases.transitions import build_case_decision
from bot.domain.commits import CaseDecision, NotAllowed
from bot.domain.lifecycle import Context
from bot.domain.outbox import Notification, NotificationKind


def ask_person(case: Case, context: Context, asked: CaseRequest) -> CaseDecision:
    """Ask; the person gets one direct message. It replaces the request of this kind before it."""
    event = context.build_event(REQUESTED[asked.kind], format_detail(asked, f"from <@{asked.to}>"))
    told = Notification.notify_owner(NotificationKind.CASE_REQUEST, case.id, asked.to, asked.number)
    return build_case_decision(case, case.replace_request(asked), context.department, event, told)


def answer_request(case: Case, context: Context, number: int, *, is_allowed: bool) -> CaseDecision:
    """Answer a request. Raises `NotAllowed` for others, and for one that was answered or needs no answer any more."""
    asked = case.find_request(number)
    if asked is None:
        raise NotAllowed("This needs no answer any more. A newer request may have replaced it.")
    if asked.to != context.by:
        raise NotAllowed(f"Only <@{asked.to}> can answer this.")
    if asked.allowed is not None:
        word = "allowed" if asked.allowed else "declined"
        raise NotAllowed(f"This was {word} already{'' if asked.answered_by else ', as nobody answered in time'}.")
    if asked not in case.pending_requests:
        raise NotAllowed(f"<@{asked.by}> no longer has this case, so there is nothing to answer.")
    after, event, told = resolve_request(case, asked, context.by, context.at, is_allowed=is_allowed)
    return build_case_decision(case, after, context.department, event, told)
