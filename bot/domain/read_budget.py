"""What an outlet has given us that it bills, and what may be spent on it."""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from pydantic import ConfigDict, Field

from bot.domain.immutable import FrozenModel
from bot.domain.text import format_count

WARNING_SHARE = 0.8
"""Of a budget."""


class ReadCounts(NamedTuple):
    posts: int = 0
    users: int = 0


class ReadIds(NamedTuple):
    """What an outlet has sent, by id: it bills each once within a UTC day, however often it sends it."""

    posts: frozenset[str] = frozenset()
    users: frozenset[str] = frozenset()


class ReadTotals(NamedTuple):
    """Of this UTC day and month, so far."""

    day: ReadCounts
    month: ReadCounts


class ReadBudget(FrozenModel):
    """In US dollars. None: no bound."""

    model_config = ConfigDict(extra="forbid")

    day: float | None = Field(None, gt=0, le=1_000_000)
    month: float | None = Field(None, gt=0, le=10_000_000)
    post: float = Field(0.005, ge=0, le=100)
    """What one post costs to read."""
    user: float = Field(0.010, ge=0, le=100)

    def compute_cost(self, reads: ReadCounts) -> float:
        return reads.posts * self.post + reads.users * self.user


class BudgetState(NamedTuple):
    """How far a budget is used. `until`: when it begins anew (UTC) and reading goes on, where it is used up."""

    sentence: str = ""
    """What to say of it: nothing below four fifths."""
    until: datetime | None = None
    share: str = ""
    """How much is used, also where that is all of it or more; nothing below four fifths."""


def check_budget(budget: ReadBudget, totals: ReadTotals, now: datetime) -> BudgetState:
    """Return the worse of day and month; of two that are used up, the one that lasts longer."""
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    next_month = (midnight.replace(day=1) + timedelta(days=32)).replace(day=1)
    bounds = (
        ("month", budget.month, totals.month, next_month),
        ("day", budget.day, totals.day, midnight + timedelta(days=1)),
    )
    warning = ""
    for period, bound, reads, ends in bounds:
        cost = budget.compute_cost(reads)
        if bound is None or cost < bound * WARNING_SHARE:
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
