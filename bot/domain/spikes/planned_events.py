"""Planned events (a campaign, a launch, a show): more is said in them than usual, and that alone is no spike.

They raise what is expected of volume alone. Posts against us are judged as if nothing was planned.
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
"""Voices in a quarter of an hour that are taken for usual in it, of a subject of which hardly anybody speaks."""


class PlannedCause(StrEnum):
    CAMPAIGN = "campaign"
    LAUNCH = "launch"
    SHOW = "show"


@dataclass(frozen=True, slots=True)
class PlannedEvent:
    """Of one subject. While it lasts, `times` as many voices as usual are to be expected.

    Where it has `words`, only as many more as use one of them: what is said of anything else stays as unusual as it is.
    Without them, whatever is said is expected.
    """

    name: str
    cause: PlannedCause
    subject: str
    starts_at: datetime
    ends_at: datetime
    times: float = 5.0
    words: tuple[str, ...] = ()

    def is_planned_at(self, subject: str, at: float) -> bool:
        """Also for as long after its end as what was said in it is looked at."""
        return subject == self.subject and self.starts_at.timestamp() <= at < self.ends_at.timestamp() + LONGEST_WINDOW

    def compute_expected(self, usual: float, window: int, saying: int) -> float:
        """Voices in so many seconds, where so many are usual and so many use its words."""
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
