"""How well somebody finds bursts, how often without any, and how soon."""

from collections.abc import Sequence
from statistics import median
from typing import NamedTuple

from bot.benchmarks.spikes.dataset import CALM, HOUR, SpikeDataset
from bot.benchmarks.spikes.detectors import SpikeAlarm, SpikeFinder
from bot.benchmarks.spikes.synthetic_bursts import LENGTH, insert_bursts

TIMES = (3, 5, 10)
LATE = HOUR / 4
"""After a burst's end, in which finding it still counts: a quarter is looked at when it is over."""


class DetectionStats(NamedTuple):
    """Of bursts of one height: how many there were, and after how many seconds those that were found were."""

    bursts: int
    delays: tuple[float, ...]

    @property
    def share(self) -> float:
        return len(self.delays) / self.bursts if self.bursts else 0.0

    @property
    def delay(self) -> float:
        """Median, in minutes."""
        return median(self.delays) / 60 if self.delays else 0.0


class SpikeEvaluation(NamedTuple):
    """`calm_alarms` and `calm_pages`: spikes and pages in the calm days, of so many `days` of subjects."""

    detections: dict[int, DetectionStats]
    calm_alarms: int
    calm_pages: int
    days: float
    alarms: dict[str, list[SpikeAlarm]]
    """In the week as it was, by subject."""

    @property
    def alarms_per_day(self) -> float:
        return self.calm_alarms / self.days if self.days else 0.0

    @property
    def pages_per_week(self) -> float:
        return self.calm_pages / self.days * 7 if self.days else 0.0


def evaluate_finder(week: SpikeDataset, finder: SpikeFinder, subjects: Sequence[str], passes: int) -> SpikeEvaluation:
    told = {subject: finder(subject, week.observations[subject], week.start) for subject in subjects}
    there = [subject for subject in subjects if week.is_active(subject)]
    calm = [one for subject in there for one in told[subject] if week.is_calm(one.at)]
    return SpikeEvaluation(
        detections={times: _evaluate_bursts(week, finder, subjects, times, passes) for times in TIMES},
        calm_alarms=len(calm),
        calm_pages=sum(one.paged for one in calm),
        days=len(there) * CALM / (24 * HOUR),
        alarms=told,
    )


def _evaluate_bursts(
    week: SpikeDataset, finder: SpikeFinder, subjects: Sequence[str], times: int, passes: int
) -> DetectionStats:
    """A burst into an episode that runs joins it, and tells nothing about finding: it is left out."""
    count, after = 0, list[float]()
    for subject in subjects:
        for nth in range(passes):
            put = insert_bursts(week, subject, times, nth)
            told = finder(subject, put.observations, week.start)
            for start in put.starts:
                if any(one.at < start <= one.until for one in told):
                    continue
                count += 1
                found = [one.at - start for one in told if start <= one.at <= start + LENGTH + LATE]
                after += found[:1]
    return DetectionStats(count, tuple(after))
