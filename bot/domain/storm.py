"""How far the cases of a storm have come."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from bot.domain.case import CaseStatus


@dataclass(frozen=True, slots=True)
class StormProgress:
    """How many of the cases are in which status."""

    unclaimed: int = 0
    claimed: int = 0
    resolved: int = 0

    @classmethod
    def from_statuses(cls, statuses: Iterable[CaseStatus]) -> Self:
        found = list(statuses)
        return cls(*(found.count(status) for status in CaseStatus))

    @property
    def total(self) -> int:
        return self.unclaimed + self.claimed + self.resolved

    @property
    def is_finished(self) -> bool:
        """Whether there were cases and all of them are resolved."""
        return bool(self.resolved) and self.resolved == self.total

    def __str__(self) -> str:
        return f"{self.unclaimed}/{self.claimed}/{self.resolved}"


NO_CASES = StormProgress()
