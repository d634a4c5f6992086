"""Reports: shares, changes with confidence intervals, durations, and the reconciliation of counts."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil, sqrt
from typing import NamedTuple, Self

from bot.domain.assessment import Intent
from bot.domain.case import Case
from bot.domain.periods import ReportPeriod

MIN_SAMPLE = 30
"""Shares of fewer are not compared: they vary too much by chance."""
MIN_DURATIONS = 10
"""Of fewer, the 90th percentile is the slowest."""
Z_95 = 1.96
"""Standard errors in an interval of 95 %."""


class TallyKey(NamedTuple):
    """The dimensions of the counters: `sentiment` may be unsure, `department` nobody, `subject` empty."""

    subject: str
    department: str
    sentiment: str
    intent: str


Tally = Mapping[TallyKey, int]


@dataclass(frozen=True, slots=True)
class ReportQuery:
    """What a person asks for: everything, one subject, or one department."""

    period: ReportPeriod = ReportPeriod.TODAY
    subject: str = ""
    department: str = ""

    @property
    def scope(self) -> str:
        return self.subject or self.department

    @property
    def command_text(self) -> str:
        """The arguments of the command for the same report."""
        return f"{self.period.value} {self.scope}".strip()

    def includes_key(self, key: TallyKey) -> bool:
        return (not self.subject or key.subject == self.subject) and (
            not self.department or key.department == self.department
        )

    def filter_tally(self, tally: Tally) -> Tally:
        return {said: count for said, count in tally.items() if self.includes_key(said)} if self.scope else tally


@dataclass(frozen=True, slots=True)
class SentimentCounts:
    """Each mention is in exactly one of these. Spam and posts about competitors are no opinions about us."""

    negative: int = 0
    neutral: int = 0
    positive: int = 0
    unsure: int = 0
    competitors: int = 0
    spam: int = 0

    @classmethod
    def from_tally(cls, tally: Tally, competitors: Collection[str] = ()) -> Self:
        found: Counter[str] = Counter()
        for said, count in tally.items():
            found[_classify_key(said, competitors)] += count
        return cls(**found)

    @property
    def total(self) -> int:
        return self.opinion_count + self.competitors + self.spam

    @property
    def opinion_count(self) -> int:
        """The total of which shares are computed."""
        return self.negative + self.neutral + self.positive + self.unsure


def _classify_key(key: TallyKey, competitors: Collection[str]) -> str:
    if key.intent == Intent.SPAM:
        return "spam"
    return "competitors" if key.subject in competitors else key.sentiment


def count_intents(tally: Tally, competitors: Collection[str] = ()) -> tuple[tuple[Intent, int], ...]:
    """Return the counts, most common first, without spam and other."""
    found: Counter[str] = Counter()
    for said, count in tally.items():
        if said.subject not in competitors and said.intent not in {Intent.SPAM, Intent.OTHER}:
            found[said.intent] += count
    return tuple((Intent(word), count) for word, count in found.most_common() if count)


class ShareChange(NamedTuple):
    """The difference of two shares, in percentage points, with its 95 % interval."""

    points: float
    low: float
    high: float

    @property
    def is_significant(self) -> bool:
        return self.low > 0 or self.high < 0


def compute_share_change(part: int, whole: int, part_before: int, whole_before: int) -> ShareChange | None:
    """Compute Newcombe's interval for two shares; None if either sample is too small."""
    if min(whole, whole_before) < MIN_SAMPLE:
        return None
    now, before = part / whole, part_before / whole_before
    low, high = compute_wilson_interval(now, whole)
    low_before, high_before = compute_wilson_interval(before, whole_before)
    down = sqrt((now - low) ** 2 + (high_before - before) ** 2)
    up = sqrt((high - now) ** 2 + (before - low_before) ** 2)
    return ShareChange(100 * (now - before), 100 * (now - before - down), 100 * (now - before + up))


def compute_wilson_interval(share: float, size: int) -> tuple[float, float]:
    """Compute the 95 % Wilson interval, which also holds for few or equal values."""
    middle = share + Z_95 * Z_95 / (2 * size)
    half = Z_95 * sqrt(share * (1 - share) / size + Z_95 * Z_95 / (4 * size * size))
    return (middle - half) / (1 + Z_95 * Z_95 / size), (middle + half) / (1 + Z_95 * Z_95 / size)


@dataclass(frozen=True, slots=True)
class VolumeComparison:
    """The number of mentions now and in the period before."""

    now: int
    before: int

    @property
    def is_small_sample(self) -> bool:
        return min(self.now, self.before) < MIN_SAMPLE

    @property
    def is_significant(self) -> bool:
        """Whether they differ by more than chance: for Poisson counts, about the root of their sum."""
        return abs(self.now - self.before) > Z_95 * sqrt(self.now + self.before)


REPLY, OPENED, WARNED, DRAFTED, EDITED = "reply ", "opened", "warned", "drafted", "edited"
"""Words that are counted beside the resolutions of a department."""


class ReplyFigures(NamedTuple):
    """`warned`: opened in spite of a check; `drafted`: with a draft in it; `edited`: and that was changed."""

    opened: int = 0
    warned: int = 0
    drafted: int = 0
    edited: int = 0


NO_REPLIES = ReplyFigures()


class DurationStats(NamedTuple):
    """Durations in seconds. `percentile_90` is the slowest of a small sample."""

    times: int
    median: float
    percentile_90: float

    @property
    def is_small_sample(self) -> bool:
        return self.times < MIN_DURATIONS


def compute_duration_stats(seconds: Sequence[float]) -> DurationStats | None:
    """Compute median and percentile by nearest rank; None without durations."""
    if not seconds:
        return None
    ordered = sorted(seconds)
    last = len(ordered) if len(ordered) < MIN_DURATIONS else ceil(0.9 * len(ordered))
    return DurationStats(len(ordered), ordered[ceil(0.5 * len(ordered)) - 1], ordered[last - 1])


class FollowUpFigures(NamedTuple):
    """`thanked` of the satisfied wrote thanks before anybody asked."""

    due: int = 0
    satisfied: int = 0
    thanked: int = 0
    reopened: int = 0
    no_answer: int = 0


NO_FOLLOW_UPS = FollowUpFigures()


class FlagFigures(NamedTuple):
    """How many posts colleagues flagged, and how many of these no source has brought."""

    flagged: int = 0
    missed: int = 0


NO_FLAGS = FlagFigures()


@dataclass(frozen=True, slots=True)
class DepartmentFigures:
    """`open` and `overdue` are as of now; the others of the period."""

    name: str
    open: int = 0
    overdue: int = 0
    answered: int = 0
    closed_otherwise: int = 0
    claim: DurationStats | None = None
    resolve: DurationStats | None = None
    first_reply: DurationStats | None = None
    """To the first answer of one of our accounts in public."""
    follow_ups: FollowUpFigures = NO_FOLLOW_UPS
    replies: ReplyFigures = NO_REPLIES

    @property
    def is_idle(self) -> bool:
        counts = (self.open, self.answered, self.closed_otherwise, *self.follow_ups, *self.replies)
        return not (self.claim or self.first_reply or any(counts))


@dataclass(frozen=True, slots=True)
class Report:
    """`brand_time` is when it was made, in the brand's zone. `comparable` and `before` end at the same time of day."""

    query: ReportQuery
    brand_time: datetime
    split: SentimentCounts
    comparable: SentimentCounts
    before: SentimentCounts
    intents: tuple[tuple[Intent, int], ...] = ()
    competitors: tuple[tuple[str, SentimentCounts], ...] = ()
    top_cases: tuple[Case, ...] = ()
    departments: tuple[DepartmentFigures, ...] = ()
    flags: FlagFigures = NO_FLAGS
    """Of a week."""

    def compute_sentiment_change(self, sentiment: str) -> ShareChange | None:
        now, before = getattr(self.comparable, sentiment), getattr(self.before, sentiment)
        return compute_share_change(now, self.comparable.opinion_count, before, self.before.opinion_count)


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """Reconciliation: the outcomes of all admitted mentions, read at one instant."""

    seen: int = 0
    opened: int = 0
    joined: int = 0
    tallied: int = 0
    spam: int = 0
    waiting: int = 0
    dead: int = 0
    editing: int = 0
    """Waiting edits of known mentions."""

    @property
    def unaccounted(self) -> int:
        return (
            self.seen + self.editing - self.opened - self.joined - self.tallied - self.spam - self.waiting - self.dead
        )

    @property
    def is_balanced(self) -> bool:
        """Whether nothing is missing and nothing is waiting."""
        return self.unaccounted == 0 and self.waiting == 0

    def __str__(self) -> str:
        more = "".join(
            f" + {word} {count}" for word, count in (("waiting", self.waiting), ("dead", self.dead)) if count
        )
        return (
            f"seen {self.seen} = opened {self.opened} + joined {self.joined} + tallied {self.tallied}"
            f" + spam {self.spam}{more}, unaccounted {self.unaccounted}"
        )
