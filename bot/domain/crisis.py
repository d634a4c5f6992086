"""A declared crisis: who leads it, what was decided, what is still to be done, and how it went."""

from datetime import datetime, timedelta
from typing import NamedTuple, TypedDict, Unpack

from pydantic import BaseModel, ConfigDict

from bot.domain.assessment import Sentiment
from bot.domain.destination import ToChannel, ToDepartment
from bot.domain.making import remade
from bot.domain.pages.page import Severity
from bot.domain.report import Tally
from bot.domain.stored import by_name

TIMELINE_KEPT = 100
"""Lines that travel with a crisis; the audit log has them all."""
HEADLINE_MOST = 120


class Plan(NamedTuple):
    """The playbook's. Each line of the checklist is a thing to do."""

    update_every: timedelta = timedelta(minutes=30)
    checklist: tuple[str, ...] = ()


@by_name
class Declaration(NamedTuple):
    """The form. `headline` is in a colleague's words; `episode` is the one that it began with, or empty."""

    severity: Severity
    headline: str
    department: str
    lead: str
    comms: str = ""
    legal: str = ""
    episode: str = ""


@by_name
class Origin(NamedTuple):
    """What was known of it before: when its first post came, when we noticed, and about whom it is."""

    began_at: datetime
    noticed_at: datetime | None = None
    subject: str = ""


@by_name
class Item(NamedTuple):
    do: str
    done_by: str = ""
    done_at: datetime | None = None


@by_name
class Line(NamedTuple):
    """Of the timeline; `what` follows the name of `by`, who is empty where Earshot did it. In mrkdwn, escaped."""

    at: datetime
    by: str
    what: str


class Update(NamedTuple):
    """What was said of it. Written by place for one release more, as c089daf reads it so alone; read by name too."""

    at: datetime
    by: str
    what: str


@by_name
class Numbers(NamedTuple):
    """Of what was said in a span."""

    posts: int = 0
    negative: int = 0

    @classmethod
    def of(cls, tally: Tally, subject: str = "") -> "Numbers":
        told = [(said, n) for said, n in tally.items() if not subject or said.subject == subject]
        return cls(sum(n for _, n in told), sum(n for said, n in told if said.sentiment == Sentiment.NEGATIVE))


@by_name
class Went(NamedTuple):
    """How sentiment went: the hour before, all of it, its last hour."""

    before: Numbers
    during: Numbers
    last: Numbers


class CrisisChanges(TypedDict, total=False):
    """What `Crisis.having` takes: the fields of `Crisis`, as a test compares."""

    id: str
    version: int
    told: Declaration
    origin: Origin
    declared_by: str
    declared_at: datetime
    page: str
    channel: str
    housed: bool
    status: str
    updates: tuple[Update, ...]
    update_due: datetime | None
    reminded_for: datetime | None
    checklist: tuple[Item, ...]
    timeline: tuple[Line, ...]
    pinned: tuple[str, ...]
    cases: tuple[str, ...]
    cases_open: int
    pages: tuple[str, ...]
    taken_over: bool
    numbers: Numbers
    counted_at: datetime | None
    paged_at: datetime | None
    acknowledged_at: datetime | None
    closed_by: str
    closed_at: datetime | None
    went: Went | None


class Crisis(BaseModel):
    """`version` counts commits. `lead`, `comms` and `legal` are Slack ids."""

    model_config = ConfigDict(frozen=True)

    id: str
    version: int = 1
    told: Declaration
    origin: Origin
    declared_by: str
    declared_at: datetime
    page: str
    channel: str = ""
    """Its own; empty: the department's."""
    housed: bool = False
    """It is decided where it lives."""
    status: str = ""
    """The last update."""
    updates: tuple[Update, ...] = ()
    update_due: datetime | None = None
    reminded_for: datetime | None = None
    checklist: tuple[Item, ...] = ()
    timeline: tuple[Line, ...] = ()
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
    numbers: Numbers = Numbers()
    counted_at: datetime | None = None
    paged_at: datetime | None = None
    acknowledged_at: datetime | None = None
    closed_by: str = ""
    closed_at: datetime | None = None
    went: Went | None = None

    @property
    def open(self) -> bool:
        return self.closed_at is None

    @property
    def place(self) -> ToChannel | ToDepartment:
        """Where it is talked about."""
        return ToChannel(self.channel) if self.channel else ToDepartment(self.told.department)

    @property
    def people(self) -> tuple[str, ...]:
        named = (self.told.lead, self.told.comms, self.told.legal, self.declared_by)
        return tuple(dict.fromkeys(one for one in named if one))

    def having(self, **changes: Unpack[CrisisChanges]) -> "Crisis":
        return remade(self, {**changes, "version": self.version + 1})

    def saying(self, at: datetime, by: str, what: str) -> tuple[Line, ...]:
        """The timeline with one more line."""
        return (*self.timeline, Line(at, by, what))[-TIMELINE_KEPT:]
