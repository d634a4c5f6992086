"""Who finds spikes: our watch as the worker runs it, and the three detectors that are usual.

The rivals count negative posts in quarters of an hour and look when a quarter is over. All are told the same.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from math import log, sqrt
from typing import NamedTuple

from bot.benchmarks.spikes.dataset import WARM_UP
from bot.domain.spikes.baseline import SubjectBaseline
from bot.domain.spikes.detector import SpikeDetector, SpikeFinding, SpikeKind
from bot.domain.spikes.episode_transitions import explain_not_paged
from bot.domain.spikes.observation import SpikeObservation
from bot.domain.spikes.seasonal_baseline import QUARTER
from bot.domain.spikes.thresholds import SpikeThresholds

HOLD = 3_600.0
"""An alarm within an hour of the last is the same one."""
LEARNT_AFTER = 2 * QUARTER
LOOK = 20.0


class SpikeAlarm(NamedTuple):
    """A spike, from when it was told until it was over, and whether it woke somebody."""

    at: float
    until: float
    paged: bool = False
    kind: str = ""
    voices: int = 0


SpikeFinder = Callable[[str, Sequence[SpikeObservation], float], list[SpikeAlarm]]
"""The subject, what was said in order, and when the week began."""


def build_own_detector(tuning: SpikeThresholds) -> SpikeFinder:
    """Looks every 20 s in which something was said; in `earshot run` it is twice a second."""

    def find_spikes(subject: str, said: Sequence[SpikeObservation], began: float) -> list[SpikeAlarm]:
        watch, baseline = SpikeDetector(subject), SubjectBaseline(subject=subject).start_learning(began - QUARTER)
        told: list[SpikeAlarm] = []
        opened: SpikeFinding | None = None
        for at, some in _group_by_look(said):
            while baseline.until + QUARTER + LEARNT_AFTER <= at:
                baseline = baseline.learn_quarter(watch.select_between(baseline.until, baseline.until + QUARTER))
                watch.drop_older(at)
            for one in some:
                watch.add_observation(one)
            if at < began + WARM_UP:
                continue
            finding = watch.detect_spike(at, baseline, (baseline.words,), tuning)
            over = tuning.over_after.total_seconds()
            if opened is not None and at > told[-1].until + over:
                opened = None
            if opened is None and finding is not None:
                opened = finding
                told.append(SpikeAlarm(at, at, kind=finding.kind, voices=finding.result.voices))
            if opened is None:
                continue
            pages = finding is not None and not explain_not_paged(finding, tuning, learning=baseline.is_learning)
            going = finding or watch.detect_continuation(opened.kind, at, baseline, (baseline.words,), tuning)
            until = at if going else told[-1].until
            told[-1] = told[-1]._replace(until=until, paged=told[-1].paged or pages)
        return [one._replace(until=one.until + tuning.over_after.total_seconds()) for one in told]

    return find_spikes


def _group_by_look(said: Sequence[SpikeObservation]) -> Iterator[tuple[float, list[SpikeObservation]]]:
    """What was said between two looks, at the second of them."""
    some: list[SpikeObservation] = []
    for one in said:
        if some and one.at // LOOK != some[0].at // LOOK:
            yield (some[0].at // LOOK + 1) * LOOK, some
            some = []
        some.append(one)
    if some:
        yield (some[0].at // LOOK + 1) * LOOK, some


def build_fixed_threshold(most: int) -> SpikeFinder:
    return _build_quarter_detector(lambda counts: (count >= most for count in counts))


def build_z_score(threshold: float = 3.5, hours: float = 2) -> SpikeFinder:
    """Above the mean of the last hours, which fades."""

    def list_alarms(counts: Sequence[int]) -> Iterator[bool]:
        mean, variance, fades = 0.0, 1.0, 1 / (hours * 4)
        for count in counts:
            yield (count - mean) / sqrt(max(variance, mean, 1.0)) >= threshold
            variance += fades * ((count - mean) ** 2 - variance)
            mean += fades * (count - mean)

    return _build_quarter_detector(list_alarms)


def build_cusum(ratio: float = 2, height: float = 8, hours: float = 4) -> SpikeFinder:
    def list_alarms(counts: Sequence[int]) -> Iterator[bool]:
        total, mean, fades = 0.0, 1.0, 1 / (hours * 4)
        for count in counts:
            total = max(0.0, total + count * log(ratio) - max(mean, 0.5) * (ratio - 1))
            yield total >= height
            if total >= height:
                total = 0.0
            mean += fades * (count - mean)

    return _build_quarter_detector(list_alarms)


def _build_quarter_detector(alarms: Callable[[Sequence[int]], Iterator[bool]]) -> SpikeFinder:
    def find_spikes(_: str, said: Sequence[SpikeObservation], began: float) -> list[SpikeAlarm]:
        counts = Counter(int(one.at) // QUARTER for one in said if one.negative)
        first, last = int(began) // QUARTER, int(said[-1].at) // QUARTER
        told: list[SpikeAlarm] = []
        for place, alarm in enumerate(alarms([counts[place] for place in range(first, last + 1)])):
            at = float((first + place + 1) * QUARTER)
            if not alarm or at < began + WARM_UP:
                continue
            if told and at <= told[-1].until:
                told[-1] = told[-1]._replace(until=at + HOLD)
            else:
                told.append(SpikeAlarm(at, at + HOLD, paged=True, kind=SpikeKind.NEGATIVE))
        return told

    return find_spikes


RIVALS: dict[str, SpikeFinder] = {
    "fixed threshold, 10 a quarter": build_fixed_threshold(10),
    "z-score 3.5 over 2 h": build_z_score(),
    "CUSUM, ratio 2, h 8": build_cusum(),
}
