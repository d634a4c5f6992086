"""A page: a call that must be acknowledged, with everything that happened to it."""

import hashlib
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, Self

from bot.domain.immutable import FrozenModel
from bot.domain.stored_tuples import store_by_name

MAX_ATTEMPTS_KEPT = 60
"""Attempts that travel with a page, the newest; its numbers go on, and the audit log has them all."""


class Severity(StrEnum):
    """How bad: `sev1` cannot wait (safety, legal, a leak), `sev2` is a spike, `sev3` the rest, which keeps hours."""

    SEV1 = "sev1"
    SEV2 = "sev2"
    SEV3 = "sev3"


class CauseKind(StrEnum):
    CASE = "case"
    EPISODE = "episode"
    CRISIS = "crisis"
    DRILL = "drill"
    OPERATORS = "operators"
    """Earshot itself is unwell."""


@store_by_name
class PageCause(NamedTuple):
    """What a page is about, by reference. `round` tells a cause that comes back from its first time."""

    kind: CauseKind
    id: str
    round: int = 0


class ContactMethod(StrEnum):
    """How somebody can be reached: by which pager, which is a file of this name, and how people call it.

    In this order where a playbook says nothing: the quiet ones first. What does not reach somebody is passed over.
    """

    SLACK = "slack", "slack", "Slack"
    NTFY = "ntfy", "ntfy", "ntfy", True
    PAGERDUTY = "pagerduty", "pagerduty", "PagerDuty"
    TEXT = "text", "twilio", "text message", True
    CALL = "call", "twilio", "phone call", True
    WEBHOOK = "webhook", "webhook", "webhook"

    pager: str
    label: str
    is_personal: bool
    """Whether it needs something of the person: a topic, a number."""

    def __new__(cls, value: str, pager: str = "", label: str = "", is_personal: bool = False) -> Self:  # noqa: FBT001, FBT002
        method = str.__new__(cls, value)
        method._value_, method.pager, method.label, method.is_personal = value, pager, label, is_personal
        return method


TRACKED_METHODS = frozenset({ContactMethod.TEXT, ContactMethod.CALL})
"""Of these the service says later what became of a call that it took."""
SERVICE_METHODS = frozenset({ContactMethod.PAGERDUTY})
"""Reaches whoever the service itself has on call, and is not ours to point at a person."""


class AttemptStatus(StrEnum):
    """How far an attempt has come. Delivered is what the service said, never that somebody looked."""

    WAITING = "waiting"
    SENDING = "sending"
    """Begun, and its answer not yet seen."""
    DELIVERED = "delivered"
    ANSWERED = "answered"
    """Somebody picked up. That is not yet an acknowledgement."""
    MISSED = "missed"
    """It came to a phone that nobody answers, or did not come to it at all."""
    QUIET = "quiet"
    """Delivered to somebody whose do-not-disturb is on."""
    REFUSED = "refused"
    LOST = "lost"
    """Perhaps sent: the answer was late, lost, or not what this service says."""
    LATER = "later"
    """Not sent: the service is down, or wants to be left alone."""
    DROPPED = "dropped"
    """Not sent any more: the page was answered before."""

    @property
    def is_failure(self) -> bool:
        """Nobody can be expected to answer because of this one, so the next way is tried at once."""
        return self in {
            AttemptStatus.MISSED,
            AttemptStatus.QUIET,
            AttemptStatus.REFUSED,
            AttemptStatus.LOST,
            AttemptStatus.LATER,
        }

    @property
    def is_final(self) -> bool:
        return self not in {AttemptStatus.WAITING, AttemptStatus.SENDING}


@store_by_name
class PageAttempt(NamedTuple):
    """One rung. `person` is a Slack id, `#` and a channel's, or empty where the service knows whom to call.

    `detail` is in our own words. `reference` is the service's name for it, such as Twilio's sid.
    """

    n: int
    round: int
    way: ContactMethod
    person: str
    at: datetime
    result: AttemptStatus = AttemptStatus.WAITING
    detail: str = ""
    begun_at: datetime | None = None
    tries: int = 0
    ended_at: datetime | None = None
    reference: str = ""


@store_by_name
class ReEscalation(NamedTuple):
    """Somebody acknowledged and nobody claimed the case, so that it called again. `by` and `way` as in
    `WorkspaceUi`.
    """

    by: str
    way: str
    at: datetime
    """When it was acknowledged."""
    again_at: datetime
    round: int
    """From which on it is called for again."""
    times: int
    """How often this happened to this page."""


@store_by_name
class PageDecline(NamedTuple):
    """Somebody who was called said that they can't take it: in this round they are passed over."""

    person: str
    round: int
    at: datetime
    link: int = 0
    """The round of the link by which they said it, which is good for this once."""


class Page(FrozenModel):
    """`version` counts commits. It names its cause and never carries anybody's words."""

    id: str
    version: int = 1
    cause: PageCause
    severity: Severity
    department: str
    opened_at: datetime
    round: int = 1
    """How often the whole line has been called, this time included."""
    due: datetime | None = None
    """When the next rung is climbed if nobody answers, or, once somebody has, when to look at it; None: never."""
    first: str = ""
    """Who is called before those on call: the lead of a declared crisis."""
    leader: str = ""
    """The page that calls for this one too: of a storm only the first calls."""
    harm: str = ""
    """Of a case: the kind of harm that it speaks of, such as `safety`; empty where that is not known."""
    subject: str = ""
    """Of a case: which of the playbook's subjects it is about; empty where it is about none."""
    count: int = 0
    """Attempts in all."""
    attempts: tuple[PageAttempt, ...] = ()
    hole: bool = False
    """The schedule had nobody when somebody was called."""
    nobody: bool = False
    """There was nobody at all to call."""
    acknowledged_by: str = ""
    acknowledged_at: datetime | None = None
    acknowledged_way: str = ""
    taken_by: str = ""
    """Who has the case by now; kept so that messages say it."""
    closed_at: datetime | None = None
    held_until: datetime | None = None
    """Nobody is called before, since it is quiet hours."""
    unclaimed: ReEscalation | None = None
    declined: tuple[PageDecline, ...] = ()
    said: str = ""
    """The newest mention of its own case of which it has told, where that is not its first."""
    news: int = 0
    """How often it has told of one since it was opened."""

    @property
    def is_acknowledged(self) -> bool:
        return self.acknowledged_at is not None

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to answer."""
        return not self.is_acknowledged and self.closed_at is None

    @property
    def is_awaiting_claim(self) -> bool:
        """Whether somebody who answered has yet to claim what it is about."""
        return self.cause.kind is CauseKind.CASE and not self.leader and self.is_acknowledged and self.closed_at is None

    @property
    def declined_people(self) -> frozenset[str]:
        """Who can't take it, in this round."""
        return frozenset(one.person for one in self.declined if one.round == self.round)

    @property
    def first_active_round(self) -> int:
        """The round from which on somebody has to answer: the first, or that in which it began to call again."""
        return self.unclaimed.round if self.unclaimed else 1

    def find_attempt(self, n: int) -> PageAttempt | None:
        return next((one for one in self.attempts if one.n == n), None)

    def has_called(self, person: str) -> bool:
        return any(one.person == person for one in self.attempts)


def derive_page_id(cause: PageCause) -> str:
    """Derived, so that one cause has one page however often it is opened. 72 bits: it stands in links."""
    words = f"{cause.kind} {cause.round} {cause.id}"
    return hashlib.blake2b(words.encode(), digest_size=9).hexdigest()


class PageGroup(NamedTuple):
    """Other cases for which a page calls too, as they are now."""

    cases: int = 0
    newest: str = ""
    """The case that came last; empty where there is none."""
    newest_at: datetime | None = None


def open_page(cause: PageCause, severity: Severity, department: str, at: datetime, first: str = "") -> Page:
    """Due at once: its first rung is climbed by whoever looks first. Opening it again joins the one that is there."""
    return Page(
        id=derive_page_id(cause),
        cause=cause,
        severity=severity,
        department=department,
        opened_at=at,
        due=at,
        first=first,
    )
