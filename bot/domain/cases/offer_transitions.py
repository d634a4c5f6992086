"""What the owner of a case may give: which offers apply, what was given, and to ask for more than they allow."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from zoneinfo import ZoneInfo

from bot.domain.amounts import parse_amount
from bot.domain.audit import AuditAction
from bot.domain.case import Case, CaseStatus
from bot.domain.case_requests import CaseRequest
from bot.domain.cases.request_transitions import ask_person
from bot.domain.commits import CaseDecision, NotAllowed
from bot.domain.department import Department
from bot.domain.lifecycle import Context
from bot.domain.offers import GivenOffer, Guidance, Offer, OfferCount, OfferUse, check_amount
from bot.domain.routing import collect_labels

MAX_GIVEN = 20
"""Entries kept in a case."""
MAX_REASON = 300
CHANGED = "What you can offer here has changed. Close this form and open it again."


def list_offers(case: Case, department: Department, person: str) -> tuple[Offer, ...]:
    """Return what this person may give in this case: of two offers with one text, the first that matches.

    Nobody asks themselves for more.
    """
    labels, found = collect_labels(case.mention, case.assessment), dict[str, Offer]()
    for one in department.offers:
        if (not one.people or person in one.people) and one.matches_mention(case.mention, labels):
            found.setdefault(one.text, one.copy_with(ask="") if one.ask == person else one)
    return tuple(found.values())


def list_uses(
    case: Case, department: Department, person: str, used: Mapping[str, int] = MappingProxyType({})
) -> tuple[OfferUse, ...]:
    """Return the same with what was allowed in this case: whoever has it now may give that.

    `used` is what the department gave today, in hundredths, by the text of the offer.
    """
    return tuple(
        OfferUse(one, used.get(one.text, 0), allowed=yes.hundredths, allowed_by=yes.answered_by)
        if (yes := case.find_allowed(one.text))
        else OfferUse(one, used.get(one.text, 0))
        for one in list_offers(case, department, person)
    )


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
            raise NotAllowed(CHANGED)
        earlier = sum(one.hundredths for one in before.given if one.offer == name)
        amount = check_amount(use, words, earlier)
        if amount.hundredths:
            given.append(GivenOffer(name, amount.hundredths, amount.unit, context.by, context.at))
            guarded = use.used if use.offer.daily and earlier + amount.hundredths > use.allowed else None
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


def check_can_ask(case: Case, by: str, uses: Sequence[OfferUse]) -> list[OfferUse]:
    """Return the offers of which more can be asked for. Raises `NotAllowed`."""
    if case.is_closed:
        raise NotAllowed("This case is resolved, so there is nothing more to offer. Reopen it first.")
    if case.status is not CaseStatus.CLAIMED:
        raise NotAllowed("Nobody has claimed this case. Claim it first: only the owner of a case asks for more.")
    if case.owner != by:
        raise NotAllowed(f"<@{case.owner}> has this one, and only the owner of a case asks for more.")
    if (asked := case.offer_request) and asked in case.pending_requests:
        raise NotAllowed(
            f"You asked <@{asked.to}> for {asked.offer} up to {asked.amount}. Earshot will send you their answer."
        )
    offers = [one for one in uses if one.offer.ask and one.offer.unit]
    if not offers:
        raise NotAllowed("There is nothing here that you could ask more of. The playbook says who can be asked.")
    return offers


def request_offer(
    case: Case, context: Context, uses: Sequence[OfferUse], name: str, words: str, reason: str
) -> CaseDecision:
    """Ask the person whom the playbook names. Raises `NotAllowed` for what is no amount, or needs nobody."""
    check_can_ask(case, context.by, uses)
    use = next((one for one in uses if one.offer.text == name and one.offer.ask), None)
    if use is None:
        raise NotAllowed(CHANGED)
    offer = use.offer
    try:
        amount = parse_amount(words, offer.unit)
    except ValueError as no:
        raise NotAllowed(f"“{words[:40]}” {no}.") from None
    if amount.hundredths <= use.free:
        raise NotAllowed("You can offer that much already.")
    asked = CaseRequest(
        by=context.by,
        to=offer.ask,
        at=context.at,
        until=context.at + offer.ask_within,
        default=offer.ask_default,
        offer=name,
        hundredths=amount.hundredths,
        unit=offer.unit,
        reason=" ".join(reason.split())[:MAX_REASON],
    )
    return ask_person(case, context, asked)
