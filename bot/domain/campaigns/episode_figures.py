"""The figures of one episode or campaign: before, during and after it, against others, and what came of its cases."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bot.domain.campaigns.backfire_record import BackfireWarning
from bot.domain.campaigns.campaign import Campaign, fold_name
from bot.domain.campaigns.case_outcome import NO_OUTCOME, CaseOutcome
from bot.domain.periods import (
    DAY,
    TimeSpan,
    floor_to_quarter,
    subtract_weeks,
    trim_to_quarters,
    widen_to_quarters,
)
from bot.domain.reports.report import SentimentCounts
from bot.domain.spikes.episode import Episode

CAMPAIGN_PREFIX = "campaign:"
ALIKE_SHOWN = 3
WEEKDAYS = ((2 * DAY, 4), (7 * DAY, 1))
"""With how many weeks before an episode of at most this length is compared. A longer one has all weekdays itself."""


@dataclass(frozen=True, slots=True)
class EpisodeRef:
    """A detected episode or a campaign, as lists and pages name it. `words` may be a stranger's."""

    id: str
    name: str
    kind: str
    subject: str
    start: datetime
    end: datetime | None
    """None while a detected episode goes on."""
    parent: str = ""

    @classmethod
    def from_campaign(cls, campaign: Campaign) -> "EpisodeRef":
        kind = f"{campaign.kind} campaign"
        name, span = campaign.name, (campaign.starts_at, campaign.ends_at)
        return cls(CAMPAIGN_PREFIX + fold_name(name), name, kind, campaign.subject, *span, campaign.parent)

    @classmethod
    def from_episode(cls, episode: Episode) -> "EpisodeRef":
        name = ", ".join(episode.words[:2]) or episode.subject
        return cls(episode.id, name, f"{episode.kind} spike", episode.subject, episode.started_at, episode.ended_at)

    @property
    def is_campaign(self) -> bool:
        return self.id.startswith(CAMPAIGN_PREFIX)

    def is_like(self, other: "EpisodeRef") -> bool:
        """Whether it is of the same kind and subject, and began before the other."""
        return (self.kind, self.subject) == (other.kind, other.subject) and self.start < other.start


class EpisodeSpans(NamedTuple):
    """The times that one is compared with; `after` is as much as there is by now of the same length.

    A quarter in which a campaign began or ended is in none of them.
    """

    before: TimeSpan
    during: TimeSpan
    after: TimeSpan
    weekdays: tuple[TimeSpan, ...]

    @classmethod
    def from_ref(cls, ref: EpisodeRef, at: datetime, zone: ZoneInfo) -> "EpisodeSpans":
        during, around = find_span(ref, at), widen_to_quarters(ref.start, _find_end(ref, at))
        length = during.end - during.start
        after = TimeSpan(around.end, max(around.end, min(around.end + length, floor_to_quarter(at))))
        weeks = next((weeks for longest, weeks in WEEKDAYS if length <= longest), 0)
        weekdays = tuple(subtract_weeks(during, week, zone) for week in range(1, weeks + 1))
        return cls(TimeSpan(around.start - length, around.start), during, after, weekdays)


def find_span(ref: EpisodeRef, at: datetime) -> TimeSpan:
    """Return the time in which its posts are counted, as far as it has passed.

    Of a campaign it may be empty: only whole quarters inside it, so that no post from before or after it is counted,
    and none in two campaigns of which one follows the other. Nobody chose when a detected one began.
    """
    fit = trim_to_quarters if ref.is_campaign else widen_to_quarters
    return fit(ref.start, _find_end(ref, at))


def _find_end(ref: EpisodeRef, at: datetime) -> datetime:
    return max(ref.start, min(ref.end or at, at))


@dataclass(frozen=True, slots=True)
class EpisodeFigures:
    """Everything that the page of one shows. Counts are of all posts about its subject in that time."""

    ref: EpisodeRef
    spans: EpisodeSpans
    brand_time: datetime
    """When it was made, in the brand's zone."""
    during: SentimentCounts
    before: SentimentCounts
    after: SentimentCounts | None = None
    """None while it goes on."""
    weekdays: tuple[SentimentCounts, ...] = ()
    alike: tuple[tuple[EpisodeRef, SentimentCounts], ...] = ()
    parts: tuple[tuple[str, SentimentCounts], ...] = ()
    """The hours or days from before it until after it, by the label of each."""
    children: tuple[EpisodeRef, ...] = ()
    """The campaigns of an umbrella."""
    outcome: CaseOutcome = NO_OUTCOME
    warnings: tuple[BackfireWarning, ...] = ()
    """That it may backfire, oldest first; of a campaign only."""

    @property
    def has_counts(self) -> bool:
        """Whether a whole quarter of an hour of it has passed: else nothing is counted."""
        return self.spans.during.start < self.spans.during.end
