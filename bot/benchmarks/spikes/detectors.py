"""Spike detectors: ours as the worker runs it, and three usual ones.

The rivals count negative posts in quarters of an hour and decide at the end of each. All get the same posts.
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
LEARN_DELAY = 2 * QUARTER
LOOK = 20.0


class SpikeAlarm(NamedTuple):
    """A spike, from its alarm to its end, and whether it paged."""

    at: float
    until: float
    paged: bool = False
    kind: str = ""
    voices: int = 0


SpikeFinder = Callable[[str, Sequence[SpikeObservation], float], list[SpikeAlarm]]
"""Arguments: the subject, its posts in order, and the start of the week."""


def build_own_detector(tuning: SpikeThresholds) -> SpikeFinder:
    """Build our detector, run every 20 s with new posts; `earshot run` runs it twice a second."""

    def find_spikes(subject: str, posts: Sequence[SpikeObservation], start: float) -> list[SpikeAlarm]:
        watch, baseline = SpikeDetector(subject), SubjectBaseline(subject=subject).start_learning(start - QUARTER)
        found: list[SpikeAlarm] = []
        opened: SpikeFinding | None = None
        for at, group in _group_by_look(posts):
            while baseline.until + QUARTER + LEARN_DELAY <= at:
                baseline = baseline.learn_quarter(watch.select_between(baseline.until, baseline.until + QUARTER))
                watch.drop_older(at)
            for one in group:
                watch.add_observation(one)
            if at < start + WARM_UP:
                continue
            finding = watch.detect_spike(at, baseline, (baseline.words,), tuning)
            over = tuning.over_after.total_seconds()
            if opened is not None and at > found[-1].until + over:
                opened = None
            if opened is None and finding is not None:
                opened = finding
                found.append(SpikeAlarm(at, at, kind=finding.kind, voices=finding.result.voices))
            if opened is None:
                continue
            pages = finding is not None and not explain_not_paged(finding, tuning, learning=baseline.is_learning)
            going = finding or watch.detect_continuation(opened.kind, at, baseline, (baseline.words,), tuning)
            until = at if going else found[-1].until
            found[-1] = found[-1]._replace(until=until, paged=found[-1].paged or pages)
        return [one._replace(until=one.until + tuning.over_after.total_seconds()) for one in found]

    return find_spikes


def _group_by_look(posts: Sequence[SpikeObservation]) -> Iterator[tuple[float, list[SpikeObservation]]]:
    """Group posts by look, with the time of the look."""
    group: list[SpikeObservation] = []
    for one in posts:
        if group and one.at // LOOK != group[0].at // LOOK:
            yield (group[0].at // LOOK + 1) * LOOK, group
            group = []
        group.append(one)
    if group:
        yield (group[0].at // LOOK + 1) * LOOK, group


def build_fixed_threshold(most: int) -> SpikeFinder:
    return _build_quarter_detector(lambda counts: (count >= most for count in counts))


def build_z_score(threshold: float = 3.5, hours: float = 2) -> SpikeFinder:
    """Build a detector of counts above the decaying mean of the last hours."""

    def list_alarms(counts: Sequence[int]) -> Iterator[bool]:
        mean, variance, decay = 0.0, 1.0, 1 / (hours * 4)
        for count in counts:
            yield (count - mean) / sqrt(max(variance, mean, 1.0)) >= threshold
            variance += decay * ((count - mean) ** 2 - variance)
            mean += decay * (count - mean)

    return _build_quarter_detector(list_alarms)


def build_cusum(ratio: float = 2, height: float = 8, hours: float = 4) -> SpikeFinder:
    def list_alarms(counts: Sequence[int]) -> Iterator[bool]:
        total, mean, decay = 0.0, 1.0, 1 / (hours * 4)
        for count in counts:
            total = max(0.0, total + count * log(ratio) - max(mean, 0.5) * (ratio - 1))
            yield total >= height
            if total >= height:
                total = 0.0
            mean += decay * (count - mean)

    return _build_quarter_detector(list_alarms)


def _build_quarter_detector(alarms: Callable[[Sequence[int]], Iterator[bool]]) -> SpikeFinder:
    def find_spikes(_: str, posts: Sequence[SpikeObservation], start: float) -> list[SpikeAlarm]:
        counts = Counter(int(one.at) // QUARTER for one in posts if one.negative)
        first, last = int(start) // QUARTER, int(posts[-1].at) // QUARTER
        found: list[SpikeAlarm] = []
        for place, alarm in enumerate(alarms([counts[place] for place in range(first, last + 1)])):
            at = float((first + place + 1) * QUARTER)
            if not alarm or at < start + WARM_UP:
                continue
            if found and at <= found[-1].until:
                found[-1] = found[-1]._replace(until=at + HOLD)
            else:
                found.append(SpikeAlarm(at, at + HOLD, paged=True, kind=SpikeKind.NEGATIVE))
        return found

    return find_spikes


RIVALS: dict[str, SpikeFinder] = {
    "fixed threshold, 10 a quarter": build_fixed_threshold(10),
    "z-score 3.5 over 2 h": build_z_score(),
    "CUSUM, ratio 2, h 8": build_cusum(),
}
