"""What X bills is counted as it comes, and reading stops where the budget does."""

from collections.abc import Sequence

from bot.clock import Clock
from bot.domain.reads import BudgetState, ReadBudget, ReadIds, check_budget
from bot.sources.base import Ear
from bot.sources.x_posts import Page
from bot.sources.x_problems import XFault

NOTICE = "budget"
"""The part under which operators are shown how far the budget is used."""


class ReadMeter:
    def __init__(self, budget: ReadBudget, clock: Clock) -> None:
        self._budget = budget
        self._clock = clock
        self._state = BudgetState()
        self._shown: str | None = None

    async def count(self, ear: Ear, pages: Sequence[Page] = ()) -> None:
        """To be awaited before what came is heard: X bills it either way. Raises `StoreUnavailable`."""
        posts = frozenset[str]().union(*(page.sent.posts for page in pages))
        users = frozenset[str]().union(*(page.sent.users for page in pages))
        self._state = check_budget(self._budget, await ear.count_reads(ReadIds(posts, users)), self._clock.now())
        jumped = bool(pages) and not self._shown  # one page can lead from below the notice to beyond the budget
        notice = self._state.share if jumped or not self._state.until else ""
        step = notice.partition("%")[0]
        if step != self._shown:
            await ear.report(NOTICE, f"X: {notice}" if notice else "")
            self._shown = step

    def require(self) -> None:
        """Raises `XFault` where the budget is used up, with when reading may go on."""
        if self._state.until:
            raise XFault(f"X: {self._state.sentence}.", until=self._state.until)
