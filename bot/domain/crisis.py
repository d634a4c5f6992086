"""A declared crisis: who leads it, what was decided, what is still to be done, and how it went."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict

from bot.domain.case import AuditEvent
from bot.domain.making import remade
from bot.domain.notification import Lane, Notification, NotificationKind
from bot.domain.pages.page import Cause, CauseKind, Page, Severity, open_page
from bot.domain.refusals import Refused
from bot.domain.report import Tally

TIMELINE_KEPT = 100
"""Lines that travel with a crisis; the audit log has them all."""
UPDATE_MOST = 500
HEADLINE_MOST = 120
COUNTED_EVERY = timedelta(minutes=5)


class Plan(NamedTuple):
    """The playbook's. Each line of the checklist is a thing to do."""

    update_every: timedelta = timedelta(minutes=30)
    checklist: tuple[str, ...] = ()


class Declaration(NamedTuple):
    """The form. `headline` is in a colleague's words; `episode` is the one that it began with, or empty."""

    severity: Severity
    headline: str
    department: str
    lead: str
    comms: str = ""
    legal: str = ""
    episode: str = ""


class Origin(NamedTuple):
    """What was known of it before: when its first post came, when we noticed, and about whom it is."""

    began_at: datetime
    noticed_at: datetime | None = None
    subject: str = ""


class Item(NamedTuple):
    do: str
    done_by: str = ""
    done_at: datetime | None = None


class Line(NamedTuple):
    """Of the timeline; `what` follows the name of `by`, who is empty where Earshot did it. In mrkdwn, escaped."""

    at: datetime
    by: str
    what: str


class Numbers(NamedTuple):
    """Of what was said in a span."""

    posts: int = 0
    negative: int = 0

    @classmethod
    def of(cls, tally: Tally, subject: str = "") -> "Numbers":
        told = [(said, n) for said, n in tally.items() if not subject or said.subject == subject]
        return cls(sum(n for _, n in told), sum(n for said, n in told if said.sentiment == "negative"))


class Went(NamedTuple):
    """How sentiment went: the hour before, all of it, its last hour."""

    before: Numbers
    during: Numbers
    last: Numbers


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
    updates: tuple[tuple[datetime, str, str], ...] = ()
    """When, by whom, what."""
    update_due: datetime | None = None
    reminded_for: datetime | None = None
    checklist: tuple[Item, ...] = ()
    timeline: tuple[Line, ...] = ()
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
    def place(self) -> str:
        """Where it is talked about, as a destination."""
        return f"#{self.channel}" if self.channel else self.told.department

    @property
    def people(self) -> tuple[str, ...]:
        named = (self.told.lead, self.told.comms, self.told.legal, self.declared_by)
        return tuple(dict.fromkeys(one for one in named if one))

    def having(self, **changes: object) -> "Crisis":
        return remade(self, {**changes, "version": self.version + 1})

    def saying(self, at: datetime, by: str, what: str) -> dict[str, object]:
        return {"timeline": (*self.timeline, Line(at, by, what))[-TIMELINE_KEPT:]}


@dataclass(frozen=True, slots=True)
class CrisisDecision:
    crisis: Crisis
    before: Crisis | None
    page: Page | None = None
    notifications: tuple[Notification, ...] = ()
    events: tuple[AuditEvent, ...] = ()


def declare(told: Declaration, origin: Origin, plan: Plan, by: str, at: datetime) -> CrisisDecision:
    """Calls the lead at once, and then whoever is on call for the department, whatever the severity on the form."""
    at = at.replace(microsecond=0)
    name = hashlib.blake2b(f"{by} {at.isoformat()} {told.department}".encode(), digest_size=4).hexdigest()
    page = open_page(Cause(CauseKind.CRISIS, name), Severity.SEV1, told.department, at, first=told.lead)
    crisis = Crisis(
        id=name,
        told=told,
        origin=origin,
        declared_by=by,
        declared_at=at,
        page=page.id,
        update_due=at + plan.update_every,
        checklist=tuple(Item(do) for do in plan.checklist),
        timeline=(Line(at, by, f"declared it {told.severity.upper()}"),),
    )
    return CrisisDecision(crisis, None, page, (), (AuditEvent(at, by, "declared a crisis", name),))


def house(crisis: Crisis, channel: str, why: str, at: datetime) -> CrisisDecision:
    """Where it lives. `why` it has no channel of its own, in our own words; its cards are owed from now on."""
    said = "opened a channel for it" if channel else f"could not open a channel: {why}"
    after = crisis.having(channel=channel, housed=True, **crisis.saying(at, "", said))
    told = () if not channel else (_owe(NotificationKind.DECLARED, after, after.told.department),)
    plan = (_owe(NotificationKind.PLAN, after, after.place),) if after.checklist else ()
    return CrisisDecision(after, crisis, None, (_head(after), *plan, *told))


def tick(crisis: Crisis, number: int, by: str, at: datetime) -> CrisisDecision:
    """One more thing of the checklist is done. Raises `Refused`."""
    _still(crisis)
    if not 0 <= number < len(crisis.checklist):
        raise Refused("This is not on the checklist any more.")
    item = crisis.checklist[number]
    if item.done_at is not None:
        raise Refused(f"<@{item.done_by}> has done this already.")
    done = tuple(one._replace(done_by=by, done_at=at) if n == number else one for n, one in enumerate(crisis.checklist))
    after = crisis.having(checklist=done, **crisis.saying(at, by, f"did: {_plain(item.do)}"))
    event = AuditEvent(at, by, "ticked", crisis.id)
    return CrisisDecision(
        after, crisis, None, (_head(after), _owe(NotificationKind.PLAN, after, after.place)), (event,)
    )


def update(crisis: Crisis, words: str, plan: Plan, by: str, at: datetime) -> CrisisDecision:
    """What stands now, for everybody; the next one is due after the plan's span. Raises `Refused`."""
    _still(crisis)
    words = " ".join(words.split())
    if not words:
        raise Refused("Say what is new, like `/crisis update We have apologised; refunds go out tonight`.")
    if len(words) > UPDATE_MOST:
        raise Refused(f"An update has at most {UPDATE_MOST} characters; this has {len(words)}.")
    after = crisis.having(
        status=words,
        updates=(*crisis.updates, (at, by, words)),
        update_due=at + plan.update_every,
        **crisis.saying(at, by, f"said: {_plain(words)}"),
    )
    news = _owe(NotificationKind.NEWS, after, after.place, len(after.updates))
    return CrisisDecision(after, crisis, None, (_head(after), news), (AuditEvent(at, by, "updated", crisis.id),))


def close(crisis: Crisis, went: Went, by: str, at: datetime) -> CrisisDecision:
    """With its review. Raises `Refused`."""
    _still(crisis)
    after = crisis.having(closed_by=by, closed_at=at, update_due=None, went=went, **crisis.saying(at, by, "closed it"))
    places = dict.fromkeys((after.place, after.told.department))
    reviews = tuple(_owe(NotificationKind.REVIEW, after, to) for to in places)
    return CrisisDecision(after, crisis, None, (_head(after), *reviews), (AuditEvent(at, by, "closed", crisis.id),))


def look(crisis: Crisis, page: Page | None, at: datetime) -> CrisisDecision | None:
    """What the clock and the page have to say. None: nothing."""
    said: list[Notification] = []
    after = crisis
    if page is not None and page.attempts and after.paged_at is None:
        after = after.having(paged_at=page.attempts[0].at)
    if page is not None and page.acknowledged_at is not None and after.acknowledged_at is None:
        words = after.saying(page.acknowledged_at, page.acknowledged_by, "acknowledged the page")
        after = after.having(acknowledged_at=page.acknowledged_at, **words)
    if after.update_due is not None and after.update_due <= at and after.reminded_for != after.update_due:
        said.append(_owe(NotificationKind.DUE, after, after.place, int(after.update_due.timestamp())))
        after = after.having(reminded_for=after.update_due)
    if after is crisis:
        return None
    return CrisisDecision(after, crisis, None, (_head(after), *said))


def count(crisis: Crisis, numbers: Numbers, at: datetime) -> CrisisDecision:
    after = crisis.having(numbers=numbers, counted_at=at)
    return CrisisDecision(after, crisis, None, () if numbers == crisis.numbers else (_head(after),))


Decide = Callable[[Crisis], CrisisDecision]


def _still(crisis: Crisis) -> None:
    if not crisis.open:
        raise Refused(f"<@{crisis.closed_by}> has closed this crisis.")


def _plain(words: str) -> str:
    """Words of a colleague in a line of mrkdwn: nothing that pings or links."""
    return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _owe(kind: NotificationKind, crisis: Crisis, to: str, nth: int = 0) -> Notification:
    return Notification(kind, crisis.id, to, Lane.CRISIS, nth)


def _head(crisis: Crisis) -> Notification:
    return _owe(NotificationKind.CRISIS, crisis, crisis.place)
