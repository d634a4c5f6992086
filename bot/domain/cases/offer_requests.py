"""Ask for more than an offer allows: one request at a time in a case, answered by a named person or by the clock."""

from collections.abc import Sequence
from datetime import datetime

from bot.domain.audit import AuditAction, AuditEvent
from bot.domain.case import Case, CaseStatus
from bot.domain.errors import NotAllowed
from bot.domain.offers import Offer, OfferRequest, OfferUse, parse_amount
from bot.domain.outbox import Notification, NotificationKind

MAX_REASON = 300


def check_can_ask(case: Case, by: str, uses: Sequence[OfferUse]) -> list[Offer]:
    """Return the offers of which more can be asked for. Raises `NotAllowed`."""
    if case.status is not CaseStatus.CLAIMED or case.owner != by:
        raise NotAllowed("Only the owner of a case asks for more. Claim it first.")
    if asked := case.pending_request:
        raise NotAllowed(
            f"You have asked <@{asked.to}> for {asked.offer} {asked.amount} and get the answer from Earshot."
        )
    offers = [one.offer for one in uses if one.offer.ask and one.offer.unit]
    if not offers:
        raise NotAllowed("There is nothing here that you could ask more of. The playbook says who can be asked.")
    return offers


def build_request(case: Case, offer: Offer, words: str, reason: str, by: str, at: datetime) -> OfferRequest:
    """Return the request for this amount. Raises `NotAllowed` for what is no amount, or needs nobody."""
    try:
        amount = parse_amount(words, offer.unit)
    except ValueError as no:
        raise NotAllowed(f"“{words[:40]}” {no}.") from None
    known = case.offer_request
    allowed = known.hundredths if known and known.allowed and known.offer == offer.text else 0
    if amount.hundredths <= max(allowed, 0 if offer.daily or not offer.limit else offer.limit.hundredths):
        raise NotAllowed("You can offer that much already.")
    until, reason = at + offer.ask_within, " ".join(reason.split())[:MAX_REASON]
    return OfferRequest(
        offer.text, amount.hundredths, offer.unit, reason, by, offer.ask, at, until, default=offer.ask_default
    )


def resolve_request(
    case: Case, request: OfferRequest, by: str, at: datetime, *, is_allowed: bool
) -> tuple[Case, AuditEvent, Notification]:
    """Return the case with the answer, its event, and the message to the owner. `by` is '' for the clock."""
    action = AuditAction.OFFER_ALLOWED if is_allowed else AuditAction.OFFER_DECLINED
    event = AuditEvent(at, by, action, f"{request.offer} {request.amount}{'' if by else ', no answer in time'}")
    told = Notification.notify_owner(NotificationKind.OFFER_ANSWER, case.id, request.by, request.number)
    return case.copy_with(offer_request=request._replace(allowed=is_allowed, answered_by=by)), event, told
