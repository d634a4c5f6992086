"""What the owner of a case may give: shown when they claim it, and counted when they resolve it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.cards.owner_brief import OwnerBrief
from bot.clock import Clock
from bot.domain.case import Case, CaseResolution
from bot.domain.cases.offer_transitions import (
    add_given_offers,
    check_can_ask,
    format_offer_day,
    list_guidance,
    list_offers,
    list_uses,
    request_offer,
)
from bot.domain.commits import CaseDecision
from bot.domain.department import Department
from bot.domain.lifecycle import Context
from bot.domain.offers import Offer, OfferUse
from bot.domain.rules import PlaybookRules, get_department_or_lost
from bot.store.day_messages import DayMessageStore
from bot.store.given_offers import GivenOfferStore
from bot.usecases.cases import CaseUseCases, CaseView


@dataclass(frozen=True, slots=True)
class OfferUseCases:
    """Each method raises `NotAllowed` with a sentence for the person, or `StoreUnavailable` if Redis is away."""

    _cases: CaseUseCases
    _store: GivenOfferStore
    _messages: DayMessageStore
    _rules: PlaybookRules
    _clock: Clock

    async def load_brief(self, view: CaseView, by: str) -> OwnerBrief:
        """Return what the owner of a case gets to know."""
        offers = await self.list_uses(view.case, view.department, by)
        messages = await self._messages.list_running([view.department.name], self._clock.now())
        guidance = list_guidance(view.case, view.department)
        return OwnerBrief(view.department, offers, guidance, next(iter(messages), None), view.case.id)

    async def load_briefs(self, cases: Sequence[Case], by: str) -> list[OwnerBrief]:
        """Return one brief for each department of several cases, with how many of them an offer applies to."""
        briefs = list[OwnerBrief]()
        for name in dict.fromkeys(case.department for case in cases):
            department = get_department_or_lost(self._rules, name)
            some = [one for one in cases if one.department == name]
            offers = [offer for case in some for offer in list_offers(case, department, by)]
            counts = {number: offers.count(one) for number, one in enumerate(department.offers) if one in offers}
            known = [department.offers[number] for number in counts]
            used = await self._load_used(known, department)
            offered = (
                OfferUse(one, used.get(one.text, 0), count % len(some))
                for one, count in zip(known, counts.values(), strict=True)
            )
            helpful = [one for case in some for one in list_guidance(case, department)]
            guidance = tuple(one for one in department.guidance if one in helpful)
            messages = await self._messages.list_running([name], self._clock.now())
            briefs.append(OwnerBrief(department, tuple(offered), guidance, next(iter(messages), None)))
        return briefs

    async def list_uses(self, case: Case, department: Department, by: str) -> tuple[OfferUse, ...]:
        """Return what this person may give in this case, with how much the department gave today."""
        used = await self._load_used(list_offers(case, department, by), department)
        return list_uses(case, department, by, used)

    async def _load_used(self, offers: Sequence[Offer], department: Department) -> dict[str, int]:
        day = format_offer_day(self._clock.now(), self._rules.time_zone)
        return await self._store.load_used(day, department.name) if any(one.daily for one in offers) else {}

    async def resolve(
        self,
        case_id: str,
        by: str,
        resolution: CaseResolution,
        note: str,
        typed: Mapping[str, str],
        *,
        in_many: bool = False,
    ) -> CaseView:
        """Resolve a case as `CaseUseCases.resolve` does. `typed` is what was given, by the text of the offer.

        `in_many`: the same was typed for many cases, so it counts where the offer applies.
        """

        async def decide(case: Case, context: Context) -> CaseDecision:
            decision = self._cases.decide_resolution(case, context, resolution, note)
            uses = await self.list_uses(case, context.department, by)
            applies = {one.offer.text for one in uses} if in_many else typed.keys()
            given = {name: words for name, words in typed.items() if name in applies}
            return add_given_offers(decision, context, uses, given, format_offer_day(context.at, self._rules.time_zone))

        return await self._cases.apply(case_id, by, decide)

    async def check_ask(self, case_id: str, by: str) -> tuple[Case, list[OfferUse]]:
        """Return the case, and of what this person can ask for more: checked before the form opens."""
        view = await self._cases.get(case_id)
        return view.case, check_can_ask(view.case, by, await self.list_uses(view.case, view.department, by))

    async def ask(self, case_id: str, by: str, offer: str, words: str, reason: str) -> Case:
        """Ask the person whom the playbook names whether this much may be offered in this case."""

        async def decide(case: Case, context: Context) -> CaseDecision:
            return request_offer(
                case, context, await self.list_uses(case, context.department, by), offer, words, reason
            )

        return (await self._cases.apply(case_id, by, decide)).case
