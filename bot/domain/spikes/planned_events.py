"""Planned events (a campaign, a launch, a show): more posts than usual are expected, so volume alone is no spike.

They raise the expected volume only. Negative posts are judged as if nothing was planned.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache

from bot.domain.spikes.scan_statistic import LONGEST_WINDOW
from bot.domain.spikes.seasonal_baseline import QUARTER

MIN_QUARTER_VOICES = 1.0
"""The least usual number of voices in a quarter of an hour, for a subject with hardly any posts."""


class PlannedCause(StrEnum):
    CAMPAIGN = "campaign"
    LAUNCH = "launch"
    SHOW = "show"


@dataclass(frozen=True, slots=True)
class PlannedEvent:
    """A planned event of one subject. While it runs, `times` as many voices as usual are expected.

    With `words`, the increase is at most the number of people who use one of them, so posts about anything else stay
    unusual. Without `words`, all posts are expected.
    """

    name: str
    cause: PlannedCause
    subject: str
    starts_at: datetime
    ends_at: datetime
    times: float = 5.0
    words: tuple[str, ...] = ()

    def is_planned_at(self, subject: str, at: float) -> bool:
        """Return whether it runs, or ended so recently that its posts are still in a window."""
        return subject == self.subject and self.starts_at.timestamp() <= at < self.ends_at.timestamp() + LONGEST_WINDOW

    def compute_expected(self, usual: float, window: int, saying: int) -> float:
        """Return the expected voices in a window of seconds; `saying` is how many people use its words."""
        most = self.times * max(usual, MIN_QUARTER_VOICES * window / QUARTER)
        return min(most, usual + saying) if self.words else most

    def matches_text(self, text: str) -> bool:
        return bool(self.words) and _compile_words(self.words).search(text) is not None


def find_planned_events(planned: Iterable[PlannedEvent], subject: str, at: float) -> tuple[PlannedEvent, ...]:
    """Return every plan of the subject that runs at `at` (epoch seconds), in the playbook's order."""
    return tuple(one for one in planned if one.is_planned_at(subject, at))


@lru_cache(maxsize=100)
def _compile_words(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, words))})(?!\w)", re.IGNORECASE)
