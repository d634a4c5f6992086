"""The spam that was heard, to be looked through; what is none is brought back. Anyone may, as anyone may flag."""

from dataclasses import replace
from typing import NamedTuple

from bot.clock import Clock
from bot.domain.audit import AuditAction
from bot.domain.case import Case, derive_case_id
from bot.domain.correcting import ScoreUrgency, assess_as_genuine, restore_from_spam
from bot.domain.decision import NotAllowed
from bot.domain.department import Department
from bot.domain.routing import NOBODY, Route, find_route
from bot.domain.rules import PlaybookRules, find_clocks, get_department_or_lost, require_department
from bot.store.cases import CaseStore
from bot.store.spam import SpamEntry, SpamStore
from bot.usecases.cases import Answer

SHOWN = 8
ROUTE = "brought back from spam"
GONE = (
    "This one is not kept any more: somebody brought it back, or it is too old. `/sentiment spam` shows what there is."
)


class SpamPage(NamedTuple):
    """Some of the latest spam, newest first. `kept`: how many there are in all; `more`: whether older ones follow."""

    entries: tuple[SpamEntry, ...]
    kept: int
    more: bool


class SpamBox:
    """Each method raises `NotAllowed` with a sentence for the person, or `StoreUnavailable` if Redis is away."""

    def __init__(
        self, spam: SpamStore, cases: CaseStore, rules: PlaybookRules, weigh: ScoreUrgency, clock: Clock
    ) -> None:
        self._spam = spam
        self._cases = cases
        self._rules = rules
        self._weigh = weigh
        self._clock = clock

    async def page(self, before: str = "") -> SpamPage:
        found = await self._spam.list_newest(SHOWN + 1, before)
        return SpamPage(found[:SHOWN], await self._spam.count(), len(found) > SHOWN)

    def departments(self) -> tuple[Department, ...]:
        return self._rules.list_departments()

    async def get(self, entry: str) -> SpamEntry:
        kept = await self._spam.find(entry)
        if kept is None:
            raise NotAllowed(GONE)
        return kept

    async def leads_to(self, entry: str) -> str:
        """The department that its routes give without the spam; empty if nobody would see it."""
        to = self._route(await self.get(entry)).to
        return "" if to == NOBODY else to

    async def bring_back(self, entry: str, by: str, department: str = "") -> Answer:
        """`department` where somebody chose it, because the routes lead nowhere."""
        kept = await self.get(entry)
        route = self._chosen(kept, department) if department else self._route(kept)
        to, at = require_department(self._rules, route.to), self._clock.now()
        decision = restore_from_spam(kept.mention, kept.assessment, route, to, by, at, self._weigh)
        assert decision.processed is not None
        decision = replace(decision, processed=replace(decision.processed, at=kept.at))
        if not await self._spam.restore_mention(kept, decision, at):
            raise NotAllowed(await self._brought_back_by(kept))
        return Answer(decision.case, to, at)

    def _route(self, kept: SpamEntry) -> Route:
        return find_route(
            self._rules.list_routes(), kept.mention, assess_as_genuine(kept.mention, kept.assessment, self._weigh)
        )

    def _chosen(self, kept: SpamEntry, department: str) -> Route:
        kind = assess_as_genuine(kept.mention, kept.assessment, self._weigh).intent.value
        return Route(name=ROUTE, to=department, clocks=find_clocks(self._rules, department, kind))

    async def _brought_back_by(self, kept: SpamEntry) -> str:
        found = await self._cases.find([derive_case_id(kept.mention.id)])
        return next(
            (_where(case, get_department_or_lost(self._rules, case.department)) for case in found.values()), GONE
        )


def _where(case: Case, department: Department) -> str:
    by = next((event.by for event in case.history if event.what == AuditAction.BROUGHT_BACK), "")
    place = f"<#{department.channel}>" if department.channel else case.department
    who = f"<@{by}> brought it back" if by else "There is a case of it"
    return f"{who} already: it is case {case.id} in {place}."
