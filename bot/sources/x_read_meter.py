"""Count the posts and users that X bills, and stop reading when the budget is used up."""

from collections.abc import Sequence

from bot.clock import Clock
from bot.domain.health.source_health import DOLLARS
from bot.domain.read_budget import BudgetState, ReadBudget, ReadIds, check_budget, list_budget_periods
from bot.sources.base import MentionSink
from bot.sources.x_errors import XApiError
from bot.sources.x_payloads import PostPage

NOTICE = "budget"
"""The part under which the use of the budget is reported to operators."""


class ReadMeter:
    def __init__(self, budget: ReadBudget, clock: Clock) -> None:
        self._budget = budget
        self._clock = clock
        self._state = BudgetState()
        self._shown: str | None = None

    async def count_pages(self, sink: MentionSink, pages: Sequence[PostPage] = ()) -> None:
        """Count pages before they are published: X bills them either way. Raises `StoreUnavailable`."""
        posts = frozenset[str]().union(*(page.billed_ids.posts for page in pages))
        users = frozenset[str]().union(*(page.billed_ids.users for page in pages))
        totals, now = await sink.count_reads(ReadIds(posts, users)), self._clock.now()
        self._state = check_budget(self._budget, totals, now)
        if periods := list_budget_periods(self._budget, totals, now):
            nearest = min(periods, key=lambda one: one.bound - one.cost)
            await sink.report_quota(nearest.bound - nearest.cost, nearest.bound, nearest.ends, DOLLARS)
        jumped = bool(pages) and not self._shown  # one page may exceed the budget before any notice was shown
        notice = self._state.share if jumped or not self._state.until else ""
        step = notice.partition("%")[0]
        if step != self._shown:
            await sink.report_issue(NOTICE, f"X: {notice}" if notice else "")
            self._shown = step

    def require_budget(self) -> None:
        """Raise `XApiError`, with the time of the next budget, if this one is used up."""
        if self._state.until:
            raise XApiError(f"X: {self._state.sentence}.", until=self._state.until)
