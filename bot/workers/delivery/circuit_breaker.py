"""Whether Slack as a whole is away, told by how our calls end; while it is, one message at a time tries for all."""

from datetime import datetime, timedelta

from bot.workers.delivery.pause_window import PauseWindow

FIRST_BACKOFF = timedelta(seconds=1)
LONGEST_BACKOFF = timedelta(seconds=30)
BACKOFF_FACTOR = 1.3
"""Slow, so that after an outage of a minute the first card comes within seconds."""
FAILURE_THRESHOLD = 2
"""Answers lost in a row after which Slack as a whole is taken to be away."""


class CircuitBreaker:
    def __init__(self) -> None:
        self.failures = 0
        """Pauses that ended in another failure; calls that were under way side by side count once."""
        self.is_on = False
        self._failed_at: datetime | None = None
        self._next_try = PauseWindow()

    def record_failure(self, began: datetime, at: datetime, *, certain: bool) -> bool:
        """Count the failure of a call that began then; False where one beside it was counted already."""
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
        """Whether it is too soon for another try."""
        return self.is_on and self._next_try.is_active(at)

    def compute_backoff(self) -> timedelta:
        return min(LONGEST_BACKOFF, FIRST_BACKOFF * BACKOFF_FACTOR ** min(max(0, self.failures - 1), 20))
