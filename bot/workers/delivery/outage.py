"""Whether Slack as a whole is away, told by how our calls end; while it is, one message at a time tries for all."""

from datetime import datetime, timedelta

from bot.workers.delivery.pause import Pause

FIRST_PAUSE = timedelta(seconds=1)
LONGEST_PAUSE = timedelta(seconds=30)
GROWTH = 1.3
"""Slow, so that after an outage of a minute the first card comes within seconds."""
LOST_ANSWERS = 2
"""Answers lost in a row after which Slack as a whole is taken to be away."""


class Outage:
    def __init__(self) -> None:
        self.failures = 0
        """Pauses that ended in another failure; calls that were under way side by side count once."""
        self.is_on = False
        self._failed_at: datetime | None = None
        self._next_try = Pause()

    def note_failure(self, began: datetime, at: datetime, *, certain: bool) -> bool:
        """Count the failure of a call that began then; False where one beside it was counted already."""
        if self._failed_at is not None and began <= self._failed_at <= at:
            return False
        self.failures += 1
        self._failed_at = at
        self.is_on = self.is_on or certain or self.failures >= LOST_ANSWERS
        return True

    def note_success(self) -> None:
        self.failures, self.is_on, self._next_try = 0, False, Pause()

    def note_try(self, at: datetime) -> None:
        self._next_try = Pause(at, at + self.pause())

    def blocks(self, at: datetime) -> bool:
        """Whether it is too soon for another try."""
        return self.is_on and self._next_try.holds(at)

    def pause(self) -> timedelta:
        return min(LONGEST_PAUSE, FIRST_PAUSE * GROWTH ** min(max(0, self.failures - 1), 20))
