"""The Home tab: a person's own cases, then each department, then the health of Earshot itself."""

from dataclasses import dataclass
from datetime import UTC, datetime

from bot.cards.home import DepartmentSummary, HomeView, SourceSummary
from bot.clock import Clock
from bot.domain.oncall.on_call import OnCallLookup
from bot.domain.reports.precision import PRECISION_DAYS, compute_precisions
from bot.domain.rules import PlaybookRules
from bot.store.cases import CaseStore
from bot.store.corrections import CorrectionStore
from bot.store.health_issues import HealthIssueStore
from bot.store.inbox import Inbox
from bot.store.read_counts import ReadCountStore


@dataclass(frozen=True, slots=True)
class HomeTab:
    _cases: CaseStore
    _inbox: Inbox
    _issues: HealthIssueStore
    _corrections: CorrectionStore
    _reads: ReadCountStore
    _rules: PlaybookRules
    _on_call: OnCallLookup
    _clock: Clock

    async def load_view(self, person: str) -> HomeView:
        """Raises `StoreUnavailable`."""
        at = self._clock.now()
        departments = []
        for department in self._rules.list_departments():
            page = await self._cases.list_open(department.name, limit=1)
            overdue = await self._cases.count_overdue(department.name, at)
            on_call = await self._on_call.find_on_call(department.name, at)
            departments.append(DepartmentSummary(department, page.total, overdue, on_call))
        activity = await self._inbox.load_source_activity()
        sources = [
            SourceSummary(source, datetime.fromtimestamp(last / 1000, UTC), await self._reads.load_month(source, at))
            for source, last in sorted(activity.items())
        ]
        issues = (await self._issues.load_issues()).values()
        precisions = compute_precisions(await self._corrections.load_precision(at, PRECISION_DAYS))
        mine = await self._cases.list_owned(person)
        return HomeView(mine, tuple(departments), tuple(sources), tuple(issues), at, precisions)
