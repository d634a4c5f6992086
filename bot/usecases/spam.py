"""Review recent spam, and restore what is not. Anyone may."""

from dataclasses import dataclass, replace
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bot.clock import Clock
from bot.domain.audit import AuditAction
from bot.domain.case import Case, derive_case_id
from bot.domain.cases.correction_transitions import ScoreUrgency, assess_as_genuine, restore_from_spam
from bot.domain.commits import NotAllowed
from bot.domain.department import Department
from bot.domain.routing import NOBODY, Route, find_route
from bot.domain.rules import PlaybookRules, find_clocks, get_department_or_lost, require_department
from bot.store.cases import CaseStore
from bot.store.spam import SpamEntry, SpamStore
from bot.usecases.cases import CaseView

PAGE_SIZE = 8
RESTORED_ROUTE = "brought back from spam"
GONE_MESSAGE = (
    "This post is no longer in the spam list: it is too old, or somebody opened a case for it. "
    "`/sentiment spam` shows the current list."
)


class SpamPage(NamedTuple):
    """The latest spam, newest first. `total` counts all; `more`: there are older ones. `zone` is the brand's."""

    entries: tuple[SpamEntry, ...]
    total: int
    more: bool
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class SpamReview:
    """Each method raises `NotAllowed` with a sentence for the person, or `StoreUnavailable` if Redis is away."""

    _spam: SpamStore
    _cases: CaseStore
    _rules: PlaybookRules
    _score_urgency: ScoreUrgency
    _clock: Clock

    async def list_spam(self, before: str = "") -> SpamPage:
        found = await self._spam.list_newest(PAGE_SIZE + 1, before)
        zone = ZoneInfo(self._rules.time_zone)
        return SpamPage(found[:PAGE_SIZE], await self._spam.count(), len(found) > PAGE_SIZE, zone)

    def list_departments(self) -> tuple[Department, ...]:
        return self._rules.list_departments()

    async def get(self, entry: str) -> SpamEntry:
        kept = await self._spam.find(entry)
        if kept is None:
            raise NotAllowed(GONE_MESSAGE)
        return kept

    async def find_destination(self, entry: str) -> str:
        """Return the department that the routes give if it is no spam; empty if nobody would see it."""
        to = self._match_genuine_route(await self.get(entry)).to
        return "" if to == NOBODY else to

    async def restore_mention(self, entry: str, by: str, department: str = "") -> CaseView:
        """Open a case; `department` is the person's choice if the routes lead to none."""
        kept = await self.get(entry)
        route = self._build_chosen_route(kept, department) if department else self._match_genuine_route(kept)
        to, at = require_department(self._rules, route.to), self._clock.now()
        decision = restore_from_spam(kept.mention, kept.assessment, route, to, by, at, self._score_urgency)
        assert decision.processed is not None
        decision = replace(decision, processed=replace(decision.processed, at=kept.at))
        if not await self._spam.restore_mention(kept, decision, at):
            raise NotAllowed(await self._describe_gone(kept))
        return CaseView(decision.case, to, at)

    def _match_genuine_route(self, kept: SpamEntry) -> Route:
        assessment = assess_as_genuine(kept.mention, kept.assessment, self._score_urgency)
        return find_route(self._rules.list_routes(), kept.mention, assessment)

    def _build_chosen_route(self, kept: SpamEntry, department: str) -> Route:
        kind = assess_as_genuine(kept.mention, kept.assessment, self._score_urgency).intent.value
        return Route(name=RESTORED_ROUTE, to=department, clocks=find_clocks(self._rules, department, kind))

    async def _describe_gone(self, kept: SpamEntry) -> str:
        case_id = derive_case_id(kept.mention.id)
        case = (await self._cases.find([case_id])).get(case_id)
        if case is None:
            return GONE_MESSAGE
        return _describe_restored_case(case, get_department_or_lost(self._rules, case.department))


def _describe_restored_case(case: Case, department: Department) -> str:
    by = next((event.by for event in case.history if event.what == AuditAction.BROUGHT_BACK), "")
    place = f"<#{department.channel}>" if department.channel else case.department
    who = f"<@{by}> marked it as not spam" if by else "It has a case"
    return f"{who} already. It is a case in {place}."
