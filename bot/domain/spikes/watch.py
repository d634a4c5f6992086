"""The last two hours of one subject, and whether anything in them is unusual."""

from bisect import bisect_left, insort
from collections.abc import Callable, Sequence
from enum import StrEnum
from operator import attrgetter
from typing import NamedTuple

from bot.domain.spikes.baseline import Baseline
from bot.domain.spikes.observation import Observation
from bot.domain.spikes.planned import Planned, planned_for
from bot.domain.spikes.scan import LONGEST, WINDOWS, Bar, Unusual, scan, share_surprise, surprise
from bot.domain.spikes.tuning import Tuning
from bot.domain.spikes.usual import QUARTER, Usual
from bot.domain.spikes.words import Words, sayers, share

HELD_MOST = 2_000
"""Observations of one subject in memory, some 600 bytes each; of a storm that has more, the newest."""
LATEST = LONGEST + 4 * QUARTER
"""Seconds after which what was said is no longer looked at: by then its quarter was learnt."""
TOPIC_WINDOW = 3600
TOPIC_POSTS = 300
"""The newest posts in which shared words are looked for."""
LEAST_OF_WORD = 0.15
"""Voices an hour taken for usual, of whatever word."""


class Kind(StrEnum):
    """What is unusual, in the order in which it names a spike."""

    NEGATIVE = "negative"
    TOPIC = "topic"
    SHARE = "share"
    VOLUME = "volume"
    BOUGHT = "bought"
    """Voices that do not look like people's, and no others."""


class Finding(NamedTuple):
    """Something unusual now. `usual` is of the same window; `word` only of a topic."""

    kind: Kind
    what: Unusual
    posts: int
    doubtful: int = 0
    """Voices in the same window that do not look like people's."""
    word: str = ""


class Counts(NamedTuple):
    """In each of the windows, distinct voices; and posts where a card tells of them."""

    volume: tuple[int, ...]
    negative: tuple[int, ...]
    complaint: tuple[int, ...]
    doubtful: tuple[int, ...]
    """Against us, by voices that do not look like people's. The others are of real voices alone."""
    posts: tuple[int, ...]
    negative_posts: tuple[int, ...]


def counted(said: Sequence[Observation], at: float) -> Counts:
    """`said` in order of time."""
    volume, negative, complaint, doubtful = set[str](), set[str](), set[str](), set[str]()
    posts = negative_posts = 0
    found = []
    place = len(said)
    for window in WINDOWS:
        while place and said[place - 1].at > at - window:
            place -= 1
            one = said[place]
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
    return Counts(*zip(*found, strict=True))


class Watch:
    """Holds what was said lately; decides nothing by itself and keeps nothing that cannot be read again."""

    def __init__(self, subject: str) -> None:
        self.subject = subject
        self.said: list[Observation] = []
        self._rates: dict[tuple[int, int], float] = {}
        self._rates_of: Baseline | None = None

    def hear(self, observation: Observation) -> None:
        if not self.said or observation.at >= self.said[-1].at:
            self.said.append(observation)
        else:
            insort(self.said, observation, key=attrgetter("at"))
        if len(self.said) > HELD_MOST:
            del self.said[: len(self.said) - HELD_MOST]

    def forget(self, at: float) -> None:
        keep = next((i for i, one in enumerate(self.said) if one.at >= at - LATEST), len(self.said))
        del self.said[:keep]

    def between(self, start: float, end: float) -> list[Observation]:
        first = bisect_left(self.said, start, key=attrgetter("at"))
        return self.said[first : bisect_left(self.said, end, lo=first, key=attrgetter("at"))]

    def look(self, at: float, baseline: Baseline, everybody: Sequence[Words], tuning: Tuning) -> Finding | None:
        """The first kind of which something is unusual."""
        counts = counted(self.said, at)
        planned = planned_for(tuning.planned, self.subject, at)
        looks: tuple[Callable[[], Finding | None], ...] = (
            lambda: self._count(Kind.NEGATIVE, counts, at, baseline, tuning.negative),
            lambda: self._topic(at, baseline, everybody, tuning.topic),
            lambda: self._share(counts, at, baseline, tuning.share),
            lambda: self._count(Kind.VOLUME, counts, at, baseline, tuning.volume, planned),
            lambda: self._count(Kind.BOUGHT, counts, at, baseline, tuning.bought),
        )
        return next((found for look in looks if (found := look()) is not None), None)

    def goes_on(
        self, kind: Kind, at: float, baseline: Baseline, everybody: Sequence[Words], tuning: Tuning
    ) -> Finding | None:
        """Whether what opened an episode has not calmed down yet."""
        counts, bar = counted(self.said, at), tuning.going_on
        if kind in {Kind.VOLUME, Kind.BOUGHT}:
            planned = planned_for(tuning.planned, self.subject, at)
            return self._count(kind, counts, at, baseline, bar, planned)
        found = self._count(Kind.NEGATIVE, counts, at, baseline, bar)
        if found is None and kind is Kind.TOPIC:
            return self._topic(at, baseline, everybody, bar)
        return found

    def _count(
        self, kind: Kind, counts: Counts, at: float, baseline: Baseline, bar: Bar, planned: Sequence[Planned] = ()
    ) -> Finding | None:
        usual, voices, posts = _measure(kind, baseline, counts)
        if voices[-1] < bar.voices:
            return None
        expected = [self._expected(usual, at, window, baseline) for window in WINDOWS]
        if kind is Kind.VOLUME:
            expected = self._expected_with(planned, expected, at)
        passing = [one for one in scan(voices, expected, usual.spread) if one.passes(bar)]
        if not passing:
            return None
        found = max(passing, key=attrgetter("strength"))
        place = WINDOWS.index(found.window)
        return Finding(kind, found, posts[place], counts.doubtful[place])

    def _expected_with(self, planned: Sequence[Planned], expected: Sequence[float], at: float) -> list[float]:
        """Return the voices to expect in each window; of several plans, the one that expects most."""
        raised = [list(expected)]
        for plan in planned:
            saying = self._saying(plan, at)
            raised.append([plan.expected(*one) for one in zip(expected, WINDOWS, saying, strict=True)])
        return [max(column) for column in zip(*raised, strict=True)]

    def _saying(self, planned: Planned, at: float) -> list[int]:
        """Return the distinct voices in each window who use the words of the plan."""
        if not planned.words:
            return [0] * len(WINDOWS)
        said = [one for one in self.between(at - LONGEST, at + 1) if not one.doubtful and planned.says(one.text)]
        return [len({one.who for one in said if one.at > at - window}) for window in WINDOWS]

    def _share(self, counts: Counts, at: float, baseline: Baseline, bar: Bar) -> Finding | None:
        """Complaints among all voices: a push that turns against us, where no more people talk than usual."""
        if baseline.learning:
            return None
        for place in (2, 3):
            window, heard = WINDOWS[place], counts.volume[place]
            of_all = self._expected(baseline.volume, at, window, baseline)
            usually = self._expected(baseline.complaint, at, window, baseline) / of_all
            complaints = counts.complaint[place]
            found = Unusual(window, complaints, usually * heard, share_surprise(complaints, heard, usually))
            if found.passes(bar):
                return Finding(Kind.SHARE, found, complaints, counts.doubtful[place])
        return None

    def _topic(self, at: float, baseline: Baseline, everybody: Sequence[Words], bar: Bar) -> Finding | None:
        """A word that unusually many people share, however few more there are of them than usual."""
        negative = [one for one in self.between(at - TOPIC_WINDOW, at + 1) if one.negative]
        posts = [one for one in negative if not one.doubtful][-TOPIC_POSTS:]
        if len(posts) < bar.voices or baseline.learning:
            return None
        voices = len({one.who for one in posts})
        doubtful = len({one.who for one in negative if one.doubtful})
        best: Finding | None = None
        for word, saying in sayers((one.who, one.text) for one in posts).items():
            if len(saying) < bar.voices:
                continue
            usual = max(share(word, baseline.words, everybody) * voices, LEAST_OF_WORD)
            found = Unusual(TOPIC_WINDOW, len(saying), usual, surprise(len(saying), usual))
            if found.passes(bar) and (best is None or found.strength > best.what.strength):
                best = Finding(Kind.TOPIC, found, len(posts), doubtful, word)
        return best

    def _expected(self, usual: Usual, at: float, window: int, baseline: Baseline) -> float:
        if self._rates_of is not baseline:
            self._rates_of, self._rates = baseline, {}
        total = 0.0
        for start in range(int(at) - window, int(at), QUARTER):
            quarter = (start + QUARTER // 2) // QUARTER * QUARTER
            rate = self._rates.get((id(usual), quarter))
            if rate is None:
                rate = self._rates[id(usual), quarter] = usual.expected(quarter)
            total += rate
        return total


def _measure(kind: Kind, baseline: Baseline, counts: Counts) -> tuple[Usual, Sequence[int], Sequence[int]]:
    if kind is Kind.VOLUME:
        return baseline.volume, counts.volume, counts.posts
    if kind is Kind.BOUGHT:
        return baseline.doubtful, counts.doubtful, counts.doubtful
    return baseline.negative, counts.negative, counts.negative_posts
