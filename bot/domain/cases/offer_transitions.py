"""What the owner of a case may give: which offers apply to it, and what was given when it was resolved."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.domain.audit import AuditAction
from bot.domain.case import Case
from bot.domain.cases.offer_requests import build_request, check_can_ask, resolve_request
from bot.domain.cases.transitions import build_case_decision
from bot.domain.commits import CaseDecision, NotAllowed
from bot.domain.department import Department
from bot.domain.lifecycle import Context
from bot.domain.offers import GivenOffer, Guidance, Offer, OfferCount, OfferUse, check_amount
from bot.domain.outbox import Notification, NotificationKind
from bot.domain.routing import collect_labels

MAX_GIVEN = 20
"""Entries kept in a case."""


def list_offers(case: Case, department: Department, person: str) -> tuple[Offer, ...]:
    """Return what this person may give in this case: of two offers with one text, the first that matches."""
    labels, found = collect_labels(case.mention, case.assessment), dict[str, Offer]()
    for one in department.offers:
        if (not one.people or person in one.people) and one.matches_mention(case.mention, labels):
            found.setdefault(one.text, one)
    return tuple(found.values())


def list_guidance(case: Case, department: Department) -> tuple[Guidance, ...]:
    labels = collect_labels(case.mention, case.assessment)
    return tuple(one for one in department.guidance if one.matches_mention(case.mention, labels))


def format_offer_day(at: datetime, zone: str) -> str:
    """Return the day to which `daily` applies: the brand's own."""
    return f"{at.astimezone(ZoneInfo(zone)):%Y%m%d}"


def add_given_offers(
    decision: CaseDecision, context: Context, uses: Sequence[OfferUse], typed: Mapping[str, str], day: str
) -> CaseDecision:
    """Add what was given to the decision that resolves a case. `typed` are amounts by the text of their offer.

    Raises `FieldError`, and `NotAllowed` for an offer that does not apply (any more).
    """
    before, event = decision.before or decision.case, decision.events[-1]
    given, counts = list[GivenOffer](), list[OfferCount]()
    known = {one.offer.text: one for one in uses}
    for name, words in typed.items():
        use = known.get(name)
        if use is None:
            raise NotAllowed("What you can offer here has changed. Close this form and open it again.")
        asked = before.offer_request
        allowed = asked.hundredths if asked and asked.allowed and asked.offer == name else 0
        earlier = sum(one.hundredths for one in before.given if one.offer == name)
        amount = check_amount(use, words, earlier, allowed)
        if amount.hundredths:
            given.append(GivenOffer(name, amount.hundredths, amount.unit, context.by, context.at))
            guarded = use.used if use.offer.daily and earlier + amount.hundredths > allowed else None
            counts.append(OfferCount(day, before.department, name, amount.hundredths, guarded))
    if not given:
        return decision
    detail = ", ".join(f"{one.offer} {one.amount}" for one in given)
    gave = context.build_event(AuditAction.OFFER_GIVEN, detail)
    after = decision.case.copy_with(given=(*before.given, *given)[-MAX_GIVEN:])
    history = after.copy_with(history=before.extend_history(gave)).extend_history(event)
    return replace(
        decision,
        after=after.copy_with(history=history),
        events=(*decision.events[:-1], gave, event),
        offer_counts=tuple(counts),
    )


def request_offer(
    case: Case, context: Context, uses: Sequence[OfferUse], name: str, words: str, reason: str
) -> CaseDecision:
    """Ask the person whom the playbook names; they get one direct message."""
    offer = next((one for one in check_can_ask(case, context.by, uses) if one.text == name), None)
    if offer is None:
        raise NotAllowed("What you can offer here has changed. Close this form and open it again.")
    asked = build_request(case, offer, words, reason, context.by, context.at)
    event = context.build_event(AuditAction.OFFER_REQUESTED, f"{name} {asked.amount}, from <@{asked.to}>")
    told = Notification.notify_owner(NotificationKind.OFFER_REQUEST, case.id, asked.to, asked.number)
    return build_case_decision(case, case.copy_with(offer_request=asked), context.department, event, told)


def answer_request(case: Case, context: Context, nth: int, *, is_allowed: bool) -> CaseDecision:
    """Answer a request. Raises `NotAllowed` for others, and for one that was answered or needs no answer any more."""
    asked = case.offer_request
    if asked is None or asked.number != nth:
        raise NotAllowed("There is a newer request in this case.")
    if asked.to != context.by:
        raise NotAllowed(f"Only <@{asked.to}> can answer this.")
    if asked.allowed is not None:
        word = "allowed" if asked.allowed else "declined"
        raise NotAllowed(f"This was {word} already{'' if asked.answered_by else ', as nobody answered in time'}.")
    if case.pending_request is None:
        raise NotAllowed(f"<@{asked.by}> no longer has this case, so there is nothing to answer.")
    after, event, told = resolve_request(case, asked, context.by, context.at, is_allowed=is_allowed)
    return build_case_decision(case, after, context.department, event, told)
