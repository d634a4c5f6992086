"""What the owner of a case may give: which offers apply to it, and what was given when it was resolved."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.domain.audit import AuditAction
from bot.domain.case import Case
from bot.domain.commits import CaseDecision, NotAllowed
from bot.domain.department import Department
from bot.domain.lifecycle import Context
from bot.domain.offers import GivenOffer, Guidance, Offer, OfferCount, OfferUse, check_amount
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
        amount = check_amount(use, words, sum(one.hundredths for one in before.given if one.offer == name))
        if amount.hundredths:
            given.append(GivenOffer(name, amount.hundredths, amount.unit, context.by, context.at))
            guarded = use.used if use.offer.daily else None
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
