"""The budget for reads that an outlet bills."""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from pydantic import ConfigDict, Field

from bot.domain.immutable import FrozenModel
from bot.domain.text import format_count

WARNING_SHARE = 0.8


class ReadCounts(NamedTuple):
    posts: int = 0
    users: int = 0


class ReadIds(NamedTuple):
    """Ids that an outlet sent: it bills each once within a UTC day."""

    posts: frozenset[str] = frozenset()
    users: frozenset[str] = frozenset()


class ReadTotals(NamedTuple):
    """Counts of this UTC day and month so far."""

    day: ReadCounts
    month: ReadCounts


class ReadBudget(FrozenModel):
    """In US dollars. None: no limit."""

    model_config = ConfigDict(extra="forbid")

    day: float | None = Field(None, gt=0, le=1_000_000)
    month: float | None = Field(None, gt=0, le=10_000_000)
    post: float = Field(0.005, ge=0, le=100)
    """The price of one post."""
    user: float = Field(0.010, ge=0, le=100)

    def compute_cost(self, reads: ReadCounts) -> float:
        return reads.posts * self.post + reads.users * self.user


class BudgetState(NamedTuple):
    """How much of a budget is used. `until`: when an exhausted budget is reset (UTC)."""

    sentence: str = ""
    """Empty below `WARNING_SHARE`."""
    until: datetime | None = None
    share: str = ""
    """How much is used, also at or above 100 %; empty below `WARNING_SHARE`."""


class BudgetPeriod(NamedTuple):
    """A day or month of UTC with a budget. Money is in US dollars."""

    name: str
    bound: float
    reads: ReadCounts
    cost: float
    ends: datetime


def list_budget_periods(budget: ReadBudget, totals: ReadTotals, now: datetime) -> list[BudgetPeriod]:
    """Return the month and the day, as far as they have a budget."""
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    next_month = (midnight.replace(day=1) + timedelta(days=32)).replace(day=1)
    bounds = (
        ("month", budget.month, totals.month, next_month),
        ("day", budget.day, totals.day, midnight + timedelta(days=1)),
    )
    return [
        BudgetPeriod(name, bound, reads, budget.compute_cost(reads), ends)
        for name, bound, reads, ends in bounds
        if bound is not None
    ]


def check_budget(budget: ReadBudget, totals: ReadTotals, now: datetime) -> BudgetState:
    """Return the worse of day and month; if both are exhausted, the one that lasts longer."""
    warning = ""
    for period, bound, reads, cost, ends in list_budget_periods(budget, totals, now):
        if cost < bound * WARNING_SHARE:
            continue
        read = f"{format_count(reads.posts, 'post')}, {format_count(reads.users, 'user')}"
        spent = f"${cost:,.2f} of the ${bound:,.2f} for this {period} ({read})"
        share = f"{cost / bound:.0%} of the budget is used: {spent}"
        if cost >= bound:
            ending = f"{ends:%-d %B %H:%M} UTC"
            return BudgetState(
                f"the budget is used up: {spent}. Reading goes on at {ending}, or with a larger budget", ends, share
            )
        warning = warning or share
    return BudgetState(warning, share=warning)
