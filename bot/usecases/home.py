"""What a person sees on the Home tab: hers first, then every department, then whether Earshot itself is well."""

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


class HomeTab:
    def __init__(
        self,
        cases: CaseStore,
        inbox: Inbox,
        troubles: HealthIssueStore,
        corrections: CorrectionStore,
        reads: ReadCountStore,
        rules: PlaybookRules,
        rota: OnCallLookup,
        clock: Clock,
    ) -> None:
        self._cases = cases
        self._inbox = inbox
        self._issues = troubles
        self._corrections = corrections
        self._reads = reads
        self._rules = rules
        self._on_call = rota
        self._clock = clock

    async def load_view(self, person: str) -> HomeView:
        """Raises `StoreUnavailable`."""
        at = self._clock.now()
        desks = []
        for department in self._rules.list_departments():
            page = await self._cases.list_open(department.name, limit=1)
            overdue = await self._cases.count_overdue(department.name, at)
            duty = await self._on_call.find_on_call(department.name, at)
            desks.append(DepartmentSummary(department, page.total, overdue, duty))
        heard = await self._inbox.load_source_activity()
        ears = [
            SourceSummary(source, datetime.fromtimestamp(last / 1000, UTC), await self._reads.load_month(source, at))
            for source, last in sorted(heard.items())
        ]
        troubles = (await self._issues.load_issues()).values()
        heard_rightly = compute_precisions(await self._corrections.load_precision(at, PRECISION_DAYS))
        mine = await self._cases.list_owned(person)
        return HomeView(mine, tuple(desks), tuple(ears), tuple(troubles), at, heard_rightly)
