"""Planned events (a campaign, a launch, a show): more is said in them than usual, and that alone is no spike.

They raise what is expected of volume alone. Posts against us are judged as if nothing was planned.
"""

import re
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from bot.domain.spikes.scan import LONGEST
from bot.domain.spikes.usual import QUARTER

LEAST = 1.0
"""Voices in a quarter of an hour that are taken for usual in it, of a subject of which hardly anybody speaks."""


class PlannedCause(StrEnum):
    CAMPAIGN = "campaign"
    LAUNCH = "launch"
    SHOW = "show"


class Planned(NamedTuple):
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

    def holds(self, subject: str, at: float) -> bool:
        """Also for as long after its end as what was said in it is looked at."""
        return subject == self.subject and self.starts_at.timestamp() <= at < self.ends_at.timestamp() + LONGEST

    def expected(self, usual: float, window: int, saying: int) -> float:
        """Voices in so many seconds, where so many are usual and so many use its words."""
        most = self.times * max(usual, LEAST * window / QUARTER)
        return min(most, usual + saying) if self.words else most

    def says(self, text: str) -> bool:
        return bool(self.words) and _pattern(self.words).search(text) is not None


def planned_for(planned: Iterable[Planned], subject: str, at: float) -> tuple[Planned, ...]:
    """Return every plan of the subject that runs at `at` (epoch seconds), in the playbook's order."""
    return tuple(one for one in planned if one.holds(subject, at))


@lru_cache(maxsize=100)
def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, words))})(?!\w)", re.IGNORECASE)
