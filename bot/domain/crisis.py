"""A declared crisis: its roles, timeline, checklist, updates and outcome."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple, Self

from bot.domain.assessment import Sentiment
from bot.domain.destination import ToChannel, ToDepartment
from bot.domain.immutable import FrozenModel
from bot.domain.paging.page import Severity
from bot.domain.reports.report import Tally
from bot.domain.stored_tuples import store_by_name

MAX_TIMELINE_ENTRIES = 100
"""Entries kept in a crisis; the audit log has all of them."""
MAX_HEADLINE_LENGTH = 120


class CrisisPlan(NamedTuple):
    """The playbook's plan: how often to update, and what to do."""

    update_every: timedelta = timedelta(minutes=30)
    checklist: tuple[str, ...] = ()


@store_by_name
class CrisisDeclaration(NamedTuple):
    """The submitted form. `headline` is a colleague's words; `episode` is the id of its spike, or empty."""

    severity: Severity
    headline: str
    department: str
    lead: str
    comms: str = ""
    legal: str = ""
    episode: str = ""


@store_by_name
class CrisisOrigin(NamedTuple):
    """When its first post came, when Earshot noticed it, and its subject."""

    began_at: datetime
    noticed_at: datetime | None = None
    subject: str = ""


@store_by_name
class ChecklistItem(NamedTuple):
    do: str
    done_by: str = ""
    done_at: datetime | None = None


@store_by_name
class TimelineEntry(NamedTuple):
    """`what` is escaped mrkdwn that follows the name of `by`; `by` is empty for Earshot itself."""

    at: datetime
    by: str
    what: str


class CrisisUpdate(NamedTuple):
    """Written by position for one more release, because c089daf reads only that; read by name too."""

    at: datetime
    by: str
    what: str


@store_by_name
class MentionCounts(NamedTuple):
    posts: int = 0
    negative: int = 0

    @classmethod
    def from_tally(cls, tally: Tally) -> "MentionCounts":
        return cls(sum(tally.values()), sum(n for key, n in tally.items() if key.sentiment == Sentiment.NEGATIVE))


@store_by_name
class SentimentOutcome(NamedTuple):
    """Counts in the hour before, during the crisis, and in its last hour."""

    before: MentionCounts
    during: MentionCounts
    last: MentionCounts


class Crisis(FrozenModel):
    """`version` counts commits. `lead`, `comms` and `legal` are Slack ids."""

    id: str
    version: int = 1
    told: CrisisDeclaration
    origin: CrisisOrigin
    declared_by: str
    declared_at: datetime
    page: str
    channel: str = ""
    """Its own channel; empty: the department's."""
    housed: bool = False
    """Its channel is decided."""
    status: str = ""
    """The text of the last update."""
    updates: tuple[CrisisUpdate, ...] = ()
    update_due: datetime | None = None
    reminded_for: datetime | None = None
    checklist: tuple[ChecklistItem, ...] = ()
    timeline: tuple[TimelineEntry, ...] = ()
    pinned: tuple[str, ...] = ()
    """Messages in the timeline, by Slack's `ts`, each once."""
    cases: tuple[str, ...] = ()
    """The open crisis cases that it took over when it was declared."""
    cases_open: int = 0
    """How many of them are open, at the last count."""
    pages: tuple[str, ...] = ()
    """Pages of its cases and its episode, until its own page called."""
    taken_over: bool = False
    """Those pages are grouped under its own."""
    numbers: MentionCounts = MentionCounts()
    counted_at: datetime | None = None
    paged_at: datetime | None = None
    acknowledged_at: datetime | None = None
    closed_by: str = ""
    closed_at: datetime | None = None
    went: SentimentOutcome | None = None

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    @property
    def destination(self) -> ToChannel | ToDepartment:
        """Where it is discussed."""
        return ToChannel(self.channel) if self.channel else ToDepartment(self.told.department)

    @property
    def people(self) -> tuple[str, ...]:
        named = (self.told.lead, self.told.comms, self.told.legal, self.declared_by)
        return tuple(dict.fromkeys(one for one in named if one))

    def copy_with(self, **changes: Any) -> Self:
        """Return the next version: each change of a crisis counts."""
        return super().copy_with(**{"version": self.version + 1, **changes})

    def extend_timeline(self, at: datetime, by: str, what: str) -> tuple[TimelineEntry, ...]:
        return (*self.timeline, TimelineEntry(at, by, what))[-MAX_TIMELINE_ENTRIES:]
