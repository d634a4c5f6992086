"""The Home tab: what a person owns, what waits in their departments, who is on call, and how the day is going."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.cards.block_kit import RenderedMessage
from bot.cards.case_search import SearchQuery, SearchResult, SearchStatus
from bot.cards.crises import render_crisis_card
from bot.cards.home_view import AS_OPENED, ASSIGNED, DepartmentSummary, HomeState, HomeView, SourceSummary
from bot.cards.oncall import OnCallSummary
from bot.cards.spikes import render_spike
from bot.clock import Clock
from bot.domain.case_figures import CaseFigures
from bot.domain.cases.queues import PAGE_ROWS, CasePage, CaseQueue
from bot.domain.commits import NotAllowed
from bot.domain.department import Department, DepartmentStaff
from bot.domain.oncall.schedule import Shift
from bot.domain.oncall.shifts import list_shifts, merge_consecutive_shifts
from bot.domain.periods import TimeSpan
from bot.domain.reports.precision import PRECISION_DAYS, compute_precisions
from bot.domain.roles import apply_point
from bot.domain.rules import PlaybookRules
from bot.store.case_queues import DepartmentQueues
from bot.store.store import Store
from bot.usecases.on_call_lookup import StoredOnCallLookup
from bot.usecases.report_cases import CASES_READ, ReportCases
from bot.usecases.reports import SentimentReports
from bot.usecases.staff import StaffDirectory

SHORT_ROWS = 5
"""Cases of each queue while both are shown."""
SHIFTS_AHEAD = timedelta(days=28)


@dataclass(frozen=True, slots=True)
class HomeTab:
    _store: Store
    _rules: PlaybookRules
    _on_call: StoredOnCallLookup
    _staff: StaffDirectory
    _reports: SentimentReports
    _clock: Clock

    async def load_view(self, person: str, state: HomeState = AS_OPENED) -> HomeView:
        """Raises `StoreUnavailable`. Only the cases that are shown are read."""
        at = self._clock.now()
        register = await self._store.roles.load()
        departments = tuple(apply_point(one, register, at) for one in self._rules.list_departments())
        rights = await self._load_rights(departments)
        own = [one for one, staff in zip(departments, rights, strict=True) if staff.can_answer(person)]
        home = HomeView(person, at, bool(own), any(staff.is_manager(person) for staff in rights))
        queues = await self._store.case_queues.load_queues([one.name for one in own or departments], at)
        home = home._replace(
            state=state,
            departments=await self._summarize_departments(own or departments, queues, at),
            assigned=await self._store.case_queues.load_owned_page(person, state.get_start(ASSIGNED)),
            health_issues=await self._store.health_issues.load_issues(),
        )
        if not home.is_staff:
            return home
        home = home._replace(
            queues=await self._load_queues(queues, state, at),
            next_shift=await self._find_shift(home),
            follow_ups=await self._store.roll_ups.count_follow_ups(person, [one.name for one in own]),
            shareworthy=await self._store.praise.count_shareworthy(),
            day_messages=await self._store.day_messages.list_running([one.name for one in own], at),
        )
        return await self._add_overview(home) if home.is_manager else home

    async def _load_rights(self, departments: Sequence[Department]) -> list[DepartmentStaff]:
        return await asyncio.gather(*(self._staff.load_staff(one, self._rules.managers) for one in departments))

    async def _summarize_departments(
        self, departments: Sequence[Department], queues: Mapping[str, DepartmentQueues], at: datetime
    ) -> tuple[DepartmentSummary, ...]:
        on_call = await asyncio.gather(*(self._load_on_call(one, at) for one in departments))
        found = zip(departments, on_call, strict=True)
        return tuple(DepartmentSummary(one, queues[one.name].counts, now) for one, now in found)

    async def _load_on_call(self, department: Department, at: datetime) -> OnCallSummary:
        now = await self._on_call.find_on_call(department.name, at)
        then = await self._on_call.find_on_call(department.name, now.until) if now.until else None
        return OnCallSummary(department, now, then)

    async def _load_queues(
        self, departments: Mapping[str, DepartmentQueues], state: HomeState, at: datetime
    ) -> tuple[tuple[CaseQueue, CasePage], ...]:
        """Return the queues that the filter leaves; what is overdue is not repeated in the list below it."""
        if state.department in departments:
            departments = {state.department: departments[state.department]}
        chosen = [queue for queue in CaseQueue if state.queue in {"", queue}] or list(CaseQueue)
        both = len(chosen) > 1
        rows, load_page = SHORT_ROWS if both else PAGE_ROWS, self._store.case_queues.load_queue_page
        pages = [
            await load_page(one, departments, at, state.get_start(one), rows, without_overdue=both) for one in chosen
        ]
        return tuple(zip(chosen, pages, strict=True))

    async def _find_shift(self, home: HomeView) -> tuple[str, Shift] | None:
        """Return the current or next shift of the person, in the schedules of their departments."""
        names = dict.fromkeys(name for one in home.departments for name in one.department.schedules)
        span = TimeSpan(home.at, home.at + SHIFTS_AHEAD)
        found = [
            (name, shift)
            for name, roster in (await self._on_call.load_rosters(names)).items()
            for shift in merge_consecutive_shifts(list_shifts(roster, span))
            if shift.person == home.person
        ]
        return min(found, key=lambda one: one[1].start, default=None)

    async def _add_overview(self, home: HomeView) -> HomeView:
        """Add what managers see: the day's figures, episodes and crises, sources."""
        precisions = await self._store.corrections.load_precision(home.at, PRECISION_DAYS)
        return home._replace(
            figures=await self._reports.summarize_day(home.at),
            episodes=tuple((await self._store.episodes.load_running()).values()),
            crises=tuple(await self._store.crises.list_open_crises()),
            sources=await self._list_sources(home.at),
            precisions=compute_precisions(precisions),
        )

    async def _list_sources(self, at: datetime) -> tuple[SourceSummary, ...]:
        activity = await self._store.intake.load_source_activity()
        return tuple(
            [
                SourceSummary(
                    name,
                    datetime.fromtimestamp(activity[name] / 1000, UTC) if name in activity else None,
                    await self._store.reads.load_month(name, at),
                    health,
                )
                for name, health in (await self._store.source_health.load_all()).items()
            ]
        )

    async def load_activity(self, name: str) -> RenderedMessage | None:
        """Return the card of an episode or a crisis, or None if there is none of this id. Raises `NotAllowed`."""
        if episode := await self._store.episodes.get(name):
            return render_spike(episode)
        crisis = await self._store.crises.find(name)
        return render_crisis_card(crisis) if crisis else None

    def list_departments(self) -> tuple[Department, ...]:
        return self._rules.list_departments()

    async def search(self, by: str, query: SearchQuery) -> SearchResult:
        """Return a page of the cases of a person, newest first. Raises `NotAllowed` for colleagues without a role."""
        if not any(staff.can_answer(by) for staff in await self._load_rights(self._rules.list_departments())):
            raise NotAllowed("Search is for people in a department. A manager can add you to one.")
        at = self._clock.now()
        figures, searched = await self._find_searched(query, at)
        found = [
            case
            for case in searched.cases
            if query.department in {"", case.department} and SearchStatus.matches_choice(query.status, case)
        ]
        start = query.start if 0 <= query.start < len(found) else 0
        shown = tuple(found[start : start + PAGE_ROWS])
        page = CasePage(shown, start, start + len(shown), len(found))
        return SearchResult(page, at, figures, searched.counted, is_cut=searched.is_cut)

    async def _find_searched(self, query: SearchQuery, at: datetime) -> tuple[CaseFigures, ReportCases]:
        """Return the cases of a person or behind a figure, newest first, or of an episode, the most pressing first."""
        if query.report:
            return await self._reports.find_cases(query.report, query.figure)
        if not query.episode:
            return (), ReportCases(await self._store.case_queues.search_author(query.words, at))
        case_ids = await self._store.episode_cases.list_ids(query.episode)
        return (), ReportCases(list((await self._store.cases.find(case_ids[:CASES_READ])).values()))
