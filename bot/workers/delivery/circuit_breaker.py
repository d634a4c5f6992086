"""A circuit breaker for Slack: it opens after failed calls, and then lets one call at a time through as a trial."""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

FIRST_BACKOFF = timedelta(seconds=1)
LONGEST_BACKOFF = timedelta(seconds=30)
BACKOFF_FACTOR = 1.3
"""Small, so that after an outage of a minute the first card is posted within seconds."""
FAILURE_THRESHOLD = 2
"""Answers lost in a row after which Slack is taken to be down."""
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


class PauseWindow(NamedTuple):
    """A pause that also ends if the clock is set back to before it began."""

    since: datetime = _LONG_AGO
    until: datetime = _LONG_AGO

    def is_active(self, at: datetime) -> bool:
        return self.since <= at < self.until


class CircuitBreaker:
    def __init__(self) -> None:
        self.failures = 0
        """Failures in a row; calls that were in flight at the same time count once."""
        self.is_on = False
        self._failed_at: datetime | None = None
        self._next_try = PauseWindow()

    def record_failure(self, began: datetime, at: datetime, *, certain: bool) -> bool:
        """Count the failure of a call that began at `began`; return False if a concurrent one was counted already."""
        if self._failed_at is not None and began <= self._failed_at <= at:
            return False
        self.failures += 1
        self._failed_at = at
        self.is_on = self.is_on or certain or self.failures >= FAILURE_THRESHOLD
        return True

    def record_success(self) -> None:
        self.failures, self.is_on, self._next_try = 0, False, PauseWindow()

    def record_attempt(self, at: datetime) -> None:
        self._next_try = PauseWindow(at, at + self.compute_backoff())

    def should_wait(self, at: datetime) -> bool:
        """Return whether it is too early for another try."""
        return self.is_on and self._next_try.is_active(at)

    def compute_backoff(self) -> timedelta:
        return min(LONGEST_BACKOFF, FIRST_BACKOFF * BACKOFF_FACTOR ** min(max(0, self.failures - 1), 20))
