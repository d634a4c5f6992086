"""How far the cases of a storm have come."""

from collections.abc import Iterable
from typing import NamedTuple, Self

from bot.domain.case import CaseStatus


class StormProgress(NamedTuple):
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
        return sum(self)

    @property
    def is_finished(self) -> bool:
        """Whether there were cases and all of them are resolved."""
        return bool(self.resolved) and self.resolved == self.total

    def __str__(self) -> str:
        return "/".join(map(str, self))


NO_CASES = StormProgress()
