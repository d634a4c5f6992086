"""What X bills is counted as it comes, and reading stops where the budget does."""

from collections.abc import Sequence

from bot.clock import Clock
from bot.domain.read_budget import BudgetState, ReadBudget, ReadIds, check_budget
from bot.sources.base import MentionSink
from bot.sources.x_errors import XApiError
from bot.sources.x_payloads import PostPage

NOTICE = "budget"
"""The part under which operators are shown how far the budget is used."""


class ReadMeter:
    def __init__(self, budget: ReadBudget, clock: Clock) -> None:
        self._budget = budget
        self._clock = clock
        self._state = BudgetState()
        self._shown: str | None = None

    async def count_pages(self, sink: MentionSink, pages: Sequence[PostPage] = ()) -> None:
        """To be awaited before what came is heard: X bills it either way. Raises `StoreUnavailable`."""
        posts = frozenset[str]().union(*(page.billed_ids.posts for page in pages))
        users = frozenset[str]().union(*(page.billed_ids.users for page in pages))
        self._state = check_budget(self._budget, await sink.count_reads(ReadIds(posts, users)), self._clock.now())
        jumped = bool(pages) and not self._shown  # one page can lead from below the notice to beyond the budget
        notice = self._state.share if jumped or not self._state.until else ""
        step = notice.partition("%")[0]
        if step != self._shown:
            await sink.report_issue(NOTICE, f"X: {notice}" if notice else "")
            self._shown = step

    def require_budget(self) -> None:
        """Raises `XApiError` where the budget is used up, with when reading may go on."""
        if self._state.until:
            raise XApiError(f"X: {self._state.sentence}.", until=self._state.until)
