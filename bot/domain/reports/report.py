"""Reports: what was asked, the figures of the answer, and the reconciliation of counts."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import astuple, dataclass
from datetime import datetime
from typing import NamedTuple, Self

from bot.domain.assessment import Intent
from bot.domain.case import Case
from bot.domain.reports.ranges import ReportRange
from bot.domain.reports.recognition import ColleagueFigures
from bot.domain.reports.statistics import (
    DurationStats,
    ShareChange,
    VolumeChange,
    compute_share_change,
    compute_volume_change,
)
from bot.domain.reports.theme_figures import ThemeFigures
from bot.domain.themes import THEME, ThemeKey, ThemeRegister, ThemeTally


class TallyKey(NamedTuple):
    """The dimensions of the counters: `sentiment` may be unsure, `department` nobody, `subject` empty."""

    subject: str
    department: str
    sentiment: str
    intent: str


Tally = Mapping[TallyKey, int]
TODAY = "today"


@dataclass(frozen=True, slots=True)
class ReportQuery:
    """What a person asks for: everything, one subject, one department, or one theme."""

    period: str = TODAY
    """A range in words that `parse_range` understands."""
    subject: str = ""
    department: str = ""
    theme: str = ""
    """By the name under which it is shown."""

    @property
    def scope(self) -> str:
        return self.subject or self.department or self.theme

    @property
    def command_text(self) -> str:
        """The arguments of the command for the same report."""
        return f"{self.period} {self.scope_text}".strip()

    @property
    def scope_text(self) -> str:
        """How the scope is written in the command."""
        return f'{THEME} "{self.theme}"' if self.theme else self.scope

    @property
    def is_whole_brand(self) -> bool:
        """Whether competitors are counted apart: one subject may be a competitor, and one department theirs."""
        return not (self.subject or self.department)

    def includes_key(self, key: TallyKey | ThemeKey) -> bool:
        """Whether subject and department fit. By theme, see `select_theme`."""
        return (not self.subject or key.subject == self.subject) and (
            not self.department or key.department == self.department
        )


EVERYTHING = ReportQuery()


def select_theme(counts: ThemeTally, theme: str, register: ThemeRegister) -> Tally:
    """Return the counters of the mentions with a theme, under all names that it had, as those of all mentions are."""
    found: Counter[TallyKey] = Counter()
    for key, count in counts.items():
        if register.is_shown_as(key.theme, theme):
            found[TallyKey(key.subject, key.department, key.sentiment, key.intent or Intent.OTHER)] += count
    return found


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


REPLY, OPENED, WARNED, DRAFTED, EDITED = "reply ", "opened", "warned", "drafted", "edited"
AGAIN, TURNED = "again", "turned"
REPLIED = "replied"
"""Words that are counted beside the resolutions of a department."""


class ReplyFigures(NamedTuple):
    """`warned`: opened in spite of a check; `drafted`: with a draft in it; `edited`: and that was changed.

    `again`: authors of a negative post who wrote after our answer; `turned`: of these, who wrote something positive.
    """

    opened: int = 0
    warned: int = 0
    drafted: int = 0
    edited: int = 0
    again: int = 0
    turned: int = 0


NO_REPLIES = ReplyFigures()


class FollowUpFigures(NamedTuple):
    """`thanked` of the satisfied wrote thanks before anybody asked."""

    due: int = 0
    satisfied: int = 0
    thanked: int = 0
    reopened: int = 0
    no_answer: int = 0


NO_FOLLOW_UPS = FollowUpFigures()


class CautionFigures(NamedTuple):
    """In how many cases somebody was asked before they answered, and in how many they went on."""

    asked: int = 0
    ignored: int = 0


NO_CAUTIONS = CautionFigures()


class OutcomeFigures(NamedTuple):
    """What became of customers, in the words of `OUTCOMES`. `won` and `saved` are among the answered."""

    won: int = 0
    saved: int = 0
    lost: int = 0


NO_OUTCOMES = OutcomeFigures()


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
    cautions: CautionFigures = NO_CAUTIONS
    outcomes: OutcomeFigures = NO_OUTCOMES
    expired: int = 0
    """Closed because nobody had touched them for long."""

    @property
    def is_idle(self) -> bool:
        counts = (self.expired, *self.follow_ups, *self.replies, *self.cautions, *self.outcomes)
        return not (
            self.claim or self.first_reply or self.open or self.answered or self.closed_otherwise or any(counts)
        )


class CoverageFigures(NamedTuple):
    """Of the cases that began with a question or a complaint, how many got an answer."""

    asked: int = 0
    answered: int = 0


NO_COVERAGE = CoverageFigures()


class FigureGap(NamedTuple):
    """A source from which unusually long nothing came: the figures since then lack it."""

    name: str
    since: datetime
    """In the brand's zone."""


@dataclass(frozen=True, slots=True)
class Report:
    """`before` are the counts of the same time in each week before that had any, with all of the running quarter."""

    query: ReportQuery
    range: ReportRange
    brand_time: datetime
    """When it was made, in the brand's zone."""
    split: SentimentCounts
    before: tuple[SentimentCounts, ...] = ()
    parts: tuple[tuple[str, SentimentCounts], ...] = ()
    """The hours or days of it, by the label of each."""
    intents: tuple[tuple[Intent, int], ...] = ()
    competitors: tuple[tuple[str, int], ...] = ()
    top_cases: tuple[Case, ...] = ()
    departments: tuple[DepartmentFigures, ...] = ()
    coverage: CoverageFigures = NO_COVERAGE
    gaps: tuple[FigureGap, ...] = ()
    themes: tuple[ThemeFigures, ...] = ()
    """The most common first."""
    flags: FlagFigures = NO_FLAGS
    """Of a week or longer."""
    colleagues: tuple[ColleagueFigures, ...] = ()
    """Who is named in the report of a week or longer."""
    choices: tuple[tuple[str, tuple[ReportQuery, ...]], ...] = ()
    """What else can be asked for: subjects, departments and themes, each with its title."""
    open_cases_read: int = 0
    """Of a theme: how many of the most pressing cases of each department were looked at, if some have more."""
    work_counted_since: datetime | None = None
    """Of a theme: when work on its cases began to be counted, if that was within this time. In the brand's zone."""
    hidden: int = 0
    """Top posts that are not shown where it is shared."""

    def compute_sentiment_change(self, sentiment: str) -> ShareChange | None:
        before = [(getattr(one, sentiment), one.opinion_count) for one in self.before]
        return compute_share_change(getattr(self.split, sentiment), self.split.opinion_count, before)

    def compute_volume_change(self) -> VolumeChange | None:
        before = [one.opinion_count for one in self.before]
        return compute_volume_change(self.split.opinion_count, before, self.range.elapsed)

    @property
    def usual(self) -> SentimentCounts:
        """The sum of what was before."""
        return SentimentCounts(*(sum(counts) for counts in zip(*map(astuple, self.before), strict=True)))


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
    lost: int = 0
    """What shards let in, and neither have nor have relayed."""

    @property
    def unaccounted(self) -> int:
        found = self.opened + self.joined + self.tallied + self.spam + self.waiting + self.dead
        return self.seen + self.editing + self.lost - found

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
