"""A declared crisis: who leads it, what was decided, what is still to be done, and how it went."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple, Self

from bot.domain.assessment import Sentiment
from bot.domain.destination import ToChannel, ToDepartment
from bot.domain.immutable import FrozenModel
from bot.domain.paging.page import Severity
from bot.domain.reports.report import Tally
from bot.domain.stored_tuples import store_by_name

MAX_TIMELINE_ENTRIES = 100
"""Lines that travel with a crisis; the audit log has them all."""
MAX_HEADLINE_LENGTH = 120


class CrisisPlan(NamedTuple):
    """The playbook's. Each line of the checklist is a thing to do."""

    update_every: timedelta = timedelta(minutes=30)
    checklist: tuple[str, ...] = ()


@store_by_name
class CrisisDeclaration(NamedTuple):
    """The form. `headline` is in a colleague's words; `episode` is the one that it began with, or empty."""

    severity: Severity
    headline: str
    department: str
    lead: str
    comms: str = ""
    legal: str = ""
    episode: str = ""


@store_by_name
class CrisisOrigin(NamedTuple):
    """What was known of it before: when its first post came, when we noticed, and about whom it is."""

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
    """Of the timeline; `what` follows the name of `by`, who is empty where Earshot did it. In mrkdwn, escaped."""

    at: datetime
    by: str
    what: str


class CrisisUpdate(NamedTuple):
    """What was said of it. Written by place for one release more, as c089daf reads it so alone; read by name too."""

    at: datetime
    by: str
    what: str


@store_by_name
class MentionCounts(NamedTuple):
    """Of what was said in a span."""

    posts: int = 0
    negative: int = 0

    @classmethod
    def from_tally(cls, tally: Tally, subject: str = "") -> "MentionCounts":
        told = [(said, n) for said, n in tally.items() if not subject or said.subject == subject]
        return cls(sum(n for _, n in told), sum(n for said, n in told if said.sentiment == Sentiment.NEGATIVE))


@store_by_name
class SentimentOutcome(NamedTuple):
    """How sentiment went: the hour before, all of it, its last hour."""

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
    """Its own; empty: the department's."""
    housed: bool = False
    """It is decided where it lives."""
    status: str = ""
    """The last update."""
    updates: tuple[CrisisUpdate, ...] = ()
    update_due: datetime | None = None
    reminded_for: datetime | None = None
    checklist: tuple[ChecklistItem, ...] = ()
    timeline: tuple[TimelineEntry, ...] = ()
    pinned: tuple[str, ...] = ()
    """Messages that entered the timeline, by Slack's `ts`: one that is pinned twice is there once."""
    cases: tuple[str, ...] = ()
    """The crisis cases that were open when it was declared, and that it took over."""
    cases_open: int = 0
    """How many of them were open at the last count."""
    pages: tuple[str, ...] = ()
    """What rang for them, and for its episode, until its own page called."""
    taken_over: bool = False
    """Those pages follow its own by now."""
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
        """Where it is talked about."""
        return ToChannel(self.channel) if self.channel else ToDepartment(self.told.department)

    @property
    def people(self) -> tuple[str, ...]:
        named = (self.told.lead, self.told.comms, self.told.legal, self.declared_by)
        return tuple(dict.fromkeys(one for one in named if one))

    def copy_with(self, **changes: Any) -> Self:
        """Return the next version: each change of a crisis counts."""
        return super().copy_with(**{"version": self.version + 1, **changes})

    def extend_timeline(self, at: datetime, by: str, what: str) -> tuple[TimelineEntry, ...]:
        """The timeline with one more line."""
        return (*self.timeline, TimelineEntry(at, by, what))[-MAX_TIMELINE_ENTRIES:]
