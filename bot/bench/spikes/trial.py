"""How well somebody finds bursts, how often without any, and how soon."""

from collections.abc import Sequence
from statistics import median
from typing import NamedTuple

from bot.bench.spikes.bursts import LENGTH, bursts
from bot.bench.spikes.finders import Finder, Told
from bot.bench.spikes.week import CALM, HOUR, Week

TIMES = (3, 5, 10)
LATE = HOUR / 4
"""After a burst's end, in which finding it still counts: a quarter is looked at when it is over."""


class Caught(NamedTuple):
    """Of bursts of one height: how many there were, and after how many seconds those that were found were."""

    bursts: int
    after: tuple[float, ...]

    @property
    def share(self) -> float:
        return len(self.after) / self.bursts if self.bursts else 0.0

    @property
    def delay(self) -> float:
        """Median, in minutes."""
        return median(self.after) / 60 if self.after else 0.0


class Trial(NamedTuple):
    """`calm` and `paged`: spikes and pages in the calm days, of so many `days` of subjects."""

    caught: dict[int, Caught]
    calm: int
    paged: int
    days: float
    told: dict[str, list[Told]]
    """In the week as it was, by subject."""

    @property
    def a_day(self) -> float:
        return self.calm / self.days if self.days else 0.0

    @property
    def pages_a_week(self) -> float:
        return self.paged / self.days * 7 if self.days else 0.0


def tried(week: Week, finder: Finder, subjects: Sequence[str], passes: int) -> Trial:
    told = {subject: finder(subject, week.said[subject], week.start) for subject in subjects}
    there = [subject for subject in subjects if week.there(subject)]
    calm = [one for subject in there for one in told[subject] if week.is_calm(one.at)]
    return Trial(
        caught={times: _caught(week, finder, subjects, times, passes) for times in TIMES},
        calm=len(calm),
        paged=sum(one.paged for one in calm),
        days=len(there) * CALM / (24 * HOUR),
        told=told,
    )


def _caught(week: Week, finder: Finder, subjects: Sequence[str], times: int, passes: int) -> Caught:
    """A burst into an episode that runs joins it, and tells nothing about finding: it is left out."""
    count, after = 0, list[float]()
    for subject in subjects:
        for nth in range(passes):
            put = bursts(week, subject, times, nth)
            told = finder(subject, put.said, week.start)
            for start in put.starts:
                if any(one.at < start <= one.until for one in told):
                    continue
                count += 1
                found = [one.at - start for one in told if start <= one.at <= start + LENGTH + LATE]
                after += found[:1]
    return Caught(count, tuple(after))
