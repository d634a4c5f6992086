"""Detect spikes in the posts of the last two hours about one subject."""

from bisect import bisect_left, insort
from collections.abc import Callable, Sequence
from enum import StrEnum
from operator import attrgetter
from typing import NamedTuple

from bot.domain.spikes.baseline import SubjectBaseline
from bot.domain.spikes.observation import SpikeObservation
from bot.domain.spikes.planned_events import PlannedEvent, find_planned_events
from bot.domain.spikes.scan_statistic import (
    LONGEST_WINDOW,
    WINDOWS,
    ScanResult,
    ScanThreshold,
    compute_log_likelihood,
    compute_share_likelihood,
    scan_windows,
)
from bot.domain.spikes.seasonal_baseline import QUARTER, SeasonalBaseline
from bot.domain.spikes.thresholds import SpikeThresholds
from bot.domain.spikes.topic_words import WordCounts, estimate_share, group_people_by_word

MAX_OBSERVATIONS = 2_000
"""Observations of one subject in memory, about 600 bytes each; if there are more, the newest are kept."""
RETENTION_SECONDS = LONGEST_WINDOW + 4 * QUARTER
"""Seconds for which observations are kept: after that, their quarter is learned."""
TOPIC_WINDOW = 3600
MAX_TOPIC_POSTS = 300
"""The newest posts, in which shared words are searched."""
MIN_WORD_EXPECTED = 0.15
"""The least expected number of people an hour who use a word."""


class SpikeKind(StrEnum):
    """What is unusual; the first kind that is found names the spike."""

    NEGATIVE = "negative"
    TOPIC = "topic"
    SHARE = "share"
    VOLUME = "volume"
    BOUGHT = "bought"
    """Negative posts of accounts that look inauthentic, and of no others."""


class SpikeFinding(NamedTuple):
    """Something unusual at this moment. Only a topic has a `word`."""

    kind: SpikeKind
    result: ScanResult
    posts: int
    doubtful: int = 0
    """Accounts in the same window that look inauthentic."""
    word: str = ""


class WindowCounts(NamedTuple):
    """The distinct voices in each window, and the posts that a card counts."""

    volume: tuple[int, ...]
    negative: tuple[int, ...]
    complaint: tuple[int, ...]
    doubtful: tuple[int, ...]
    """Inauthentic accounts with negative posts. The other counts are without inauthentic accounts."""
    posts: tuple[int, ...]
    negative_posts: tuple[int, ...]


def count_windows(observations: Sequence[SpikeObservation], at: float) -> WindowCounts:
    """Count the observations, which are in order of time, for each window."""
    volume, negative, complaint, doubtful = set[str](), set[str](), set[str](), set[str]()
    posts = negative_posts = 0
    found = []
    place = len(observations)
    for window in WINDOWS:
        while place and observations[place - 1].at > at - window:
            place -= 1
            one = observations[place]
            if one.doubtful:
                if one.negative:
                    doubtful.add(one.who)
                continue
            posts += 1
            volume.add(one.who)
            if one.complaint:
                complaint.add(one.who)
            if one.negative:
                negative_posts += 1
                negative.add(one.who)
        found.append((len(volume), len(negative), len(complaint), len(doubtful), posts, negative_posts))
    return WindowCounts(*zip(*found, strict=True))


class SpikeDetector:
    """The recent observations of one subject. They are only in memory, since the stream can be read again."""

    def __init__(self, subject: str) -> None:
        self.subject = subject
        self.observations: list[SpikeObservation] = []
        self._rates: dict[tuple[int, int], float] = {}
        self._rates_of: SubjectBaseline | None = None

    def add_observation(self, observation: SpikeObservation) -> None:
        if not self.observations or observation.at >= self.observations[-1].at:
            self.observations.append(observation)
        else:
            insort(self.observations, observation, key=attrgetter("at"))
        del self.observations[:-MAX_OBSERVATIONS]

    def drop_older(self, at: float) -> None:
        del self.observations[: bisect_left(self.observations, at - RETENTION_SECONDS, key=attrgetter("at"))]

    def select_between(self, start: float, end: float) -> list[SpikeObservation]:
        first = bisect_left(self.observations, start, key=attrgetter("at"))
        return self.observations[first : bisect_left(self.observations, end, lo=first, key=attrgetter("at"))]

    def detect_spike(
        self, at: float, baseline: SubjectBaseline, all_words: Sequence[WordCounts], thresholds: SpikeThresholds
    ) -> SpikeFinding | None:
        """Return the first kind of spike that is found, or None."""
        counts = count_windows(self.observations, at)
        planned = find_planned_events(thresholds.planned, self.subject, at)
        looks: tuple[Callable[[], SpikeFinding | None], ...] = (
            lambda: self._detect_count(SpikeKind.NEGATIVE, counts, at, baseline, thresholds.negative),
            lambda: self._detect_topic(at, baseline, all_words, thresholds.topic),
            lambda: self._detect_share(counts, at, baseline, thresholds.share),
            lambda: self._detect_count(SpikeKind.VOLUME, counts, at, baseline, thresholds.volume, planned),
            lambda: self._detect_count(SpikeKind.BOUGHT, counts, at, baseline, thresholds.inauthentic),
        )
        return next((found for look in looks if (found := look()) is not None), None)

    def detect_continuation(
        self,
        kind: SpikeKind,
        at: float,
        baseline: SubjectBaseline,
        all_words: Sequence[WordCounts],
        thresholds: SpikeThresholds,
    ) -> SpikeFinding | None:
        """Return what still keeps an episode of this kind open, or None if it is over."""
        counts, bar = count_windows(self.observations, at), thresholds.continuation
        if kind in {SpikeKind.VOLUME, SpikeKind.BOUGHT}:
            planned = find_planned_events(thresholds.planned, self.subject, at)
            return self._detect_count(kind, counts, at, baseline, bar, planned)
        found = self._detect_count(SpikeKind.NEGATIVE, counts, at, baseline, bar)
        if found is None and kind is SpikeKind.TOPIC:
            return self._detect_topic(at, baseline, all_words, bar)
        return found

    def _detect_count(
        self,
        kind: SpikeKind,
        counts: WindowCounts,
        at: float,
        baseline: SubjectBaseline,
        threshold: ScanThreshold,
        planned: Sequence[PlannedEvent] = (),
    ) -> SpikeFinding | None:
        usual, voices, posts = _select_measure(kind, baseline, counts)
        if voices[-1] < threshold.voices:
            return None
        expected = [self._sum_expected(usual, at, window, baseline) for window in WINDOWS]
        if kind is SpikeKind.VOLUME:
            expected = self._raise_expected(planned, expected, at)
        passing = [one for one in scan_windows(voices, expected, usual.spread) if one.exceeds_threshold(threshold)]
        if not passing:
            return None
        found = max(passing, key=attrgetter("strength"))
        place = WINDOWS.index(found.window)
        return SpikeFinding(kind, found, posts[place], counts.doubtful[place])

    def _raise_expected(self, planned: Sequence[PlannedEvent], expected: Sequence[float], at: float) -> list[float]:
        """Return the voices to expect in each window; of several plans, the one that expects most."""
        raised = [list(expected)]
        for plan in planned:
            saying = self._count_planned_voices(plan, at)
            raised.append([plan.compute_expected(*one) for one in zip(expected, WINDOWS, saying, strict=True)])
        return [max(column) for column in zip(*raised, strict=True)]

    def _count_planned_voices(self, planned: PlannedEvent, at: float) -> list[int]:
        """Return the distinct voices in each window who use the words of the plan."""
        if not planned.words:
            return [0] * len(WINDOWS)
        said = [
            one
            for one in self.select_between(at - LONGEST_WINDOW, at + 1)
            if not one.doubtful and planned.matches_text(one.text)
        ]
        return [len({one.who for one in said if one.at > at - window}) for window in WINDOWS]

    def _detect_share(
        self, counts: WindowCounts, at: float, baseline: SubjectBaseline, threshold: ScanThreshold
    ) -> SpikeFinding | None:
        """Detect an unusual share of complaints, also if the volume is as usual: a campaign that backfires."""
        if baseline.is_learning:
            return None
        for place in (2, 3):
            window, total = WINDOWS[place], counts.volume[place]
            of_all = self._sum_expected(baseline.volume, at, window, baseline)
            usually = self._sum_expected(baseline.complaint, at, window, baseline) / of_all
            complaints = counts.complaint[place]
            found = ScanResult(
                window, complaints, usually * total, compute_share_likelihood(complaints, total, usually)
            )
            if found.exceeds_threshold(threshold):
                return SpikeFinding(SpikeKind.SHARE, found, complaints, counts.doubtful[place])
        return None

    def _detect_topic(
        self, at: float, baseline: SubjectBaseline, all_words: Sequence[WordCounts], threshold: ScanThreshold
    ) -> SpikeFinding | None:
        """Detect a word that unusually many people use, also if the number of posts is as usual."""
        negative = [one for one in self.select_between(at - TOPIC_WINDOW, at + 1) if one.negative]
        posts = [one for one in negative if not one.doubtful][-MAX_TOPIC_POSTS:]
        if len(posts) < threshold.voices or baseline.is_learning:
            return None
        voices = len({one.who for one in posts})
        doubtful = len({one.who for one in negative if one.doubtful})
        best: SpikeFinding | None = None
        for word, saying in group_people_by_word((one.who, one.text) for one in posts).items():
            if len(saying) < threshold.voices:
                continue
            usual = max(estimate_share(word, baseline.words, all_words) * voices, MIN_WORD_EXPECTED)
            found = ScanResult(TOPIC_WINDOW, len(saying), usual, compute_log_likelihood(len(saying), usual))
            if found.exceeds_threshold(threshold) and (best is None or found.strength > best.result.strength):
                best = SpikeFinding(SpikeKind.TOPIC, found, len(posts), doubtful, word)
        return best

    def _sum_expected(self, usual: SeasonalBaseline, at: float, window: int, baseline: SubjectBaseline) -> float:
        if self._rates_of is not baseline:
            self._rates_of, self._rates = baseline, {}
        total = 0.0
        for start in range(int(at) - window, int(at), QUARTER):
            quarter = (start + QUARTER // 2) // QUARTER * QUARTER
            rate = self._rates.get((id(usual), quarter))
            if rate is None:
                rate = self._rates[id(usual), quarter] = usual.predict_voices(quarter)
            total += rate
        return total


def _select_measure(
    kind: SpikeKind, baseline: SubjectBaseline, counts: WindowCounts
) -> tuple[SeasonalBaseline, Sequence[int], Sequence[int]]:
    if kind is SpikeKind.VOLUME:
        return baseline.volume, counts.volume, counts.posts
    if kind is SpikeKind.BOUGHT:
        return baseline.doubtful, counts.doubtful, counts.doubtful
    return baseline.negative, counts.negative, counts.negative_posts
