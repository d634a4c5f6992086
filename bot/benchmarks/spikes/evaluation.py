"""Evaluate a spike detector: bursts found, false alarms, delays."""

from collections.abc import Sequence
from statistics import median
from typing import NamedTuple

from bot.benchmarks.spikes.dataset import CALM, HOUR, SpikeDataset
from bot.benchmarks.spikes.detectors import SpikeAlarm, SpikeFinder
from bot.benchmarks.spikes.synthetic_bursts import LENGTH, insert_bursts

TIMES = (3, 5, 10)
LATE = HOUR / 4
"""Seconds after a burst in which an alarm still counts: a quarter is judged when it is over."""


class DetectionStats(NamedTuple):
    """The number of bursts of one height, and the delays in seconds of those that were found."""

    bursts: int
    delays: tuple[float, ...]

    @property
    def share(self) -> float:
        return len(self.delays) / self.bursts if self.bursts else 0.0

    @property
    def delay(self) -> float:
        """The median in minutes."""
        return median(self.delays) / 60 if self.delays else 0.0


class SpikeEvaluation(NamedTuple):
    """`calm_alarms` and `calm_pages`: alarms and pages in the calm days; `days`: calm days times subjects."""

    detections: dict[int, DetectionStats]
    calm_alarms: int
    calm_pages: int
    days: float
    alarms: dict[str, list[SpikeAlarm]]
    """Alarms in the unchanged week, by subject."""

    @property
    def alarm_count(self) -> int:
        return sum(map(len, self.alarms.values()))

    @property
    def alarms_per_day(self) -> float:
        return self.calm_alarms / self.days if self.days else 0.0

    @property
    def pages_per_week(self) -> float:
        return self.calm_pages / self.days * 7 if self.days else 0.0


def evaluate_finder(week: SpikeDataset, finder: SpikeFinder, subjects: Sequence[str], passes: int) -> SpikeEvaluation:
    alarms = {subject: finder(subject, week.observations[subject], week.start) for subject in subjects}
    active = [subject for subject in subjects if week.is_active(subject)]
    calm = [one for subject in active for one in alarms[subject] if week.is_calm(one.at)]
    return SpikeEvaluation(
        detections={times: _evaluate_bursts(week, finder, subjects, times, passes) for times in TIMES},
        calm_alarms=len(calm),
        calm_pages=sum(one.paged for one in calm),
        days=len(active) * CALM / (24 * HOUR),
        alarms=alarms,
    )


def _evaluate_bursts(
    week: SpikeDataset, finder: SpikeFinder, subjects: Sequence[str], times: int, passes: int
) -> DetectionStats:
    """Count found bursts. A burst into a running episode joins it and is left out."""
    count, delays = 0, list[float]()
    for subject in subjects:
        for number in range(passes):
            changed = insert_bursts(week, subject, times, number)
            alarms = finder(subject, changed.observations, week.start)
            for start in changed.starts:
                if any(one.at < start <= one.until for one in alarms):
                    continue
                count += 1
                found = [one.at - start for one in alarms if start <= one.at <= start + LENGTH + LATE]
                delays += found[:1]
    return DetectionStats(count, tuple(delays))
