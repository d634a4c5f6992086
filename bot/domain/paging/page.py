"""A page: a call that must be acknowledged, and its attempts."""

import hashlib
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, Self

from bot.domain.immutable import FrozenModel
from bot.domain.stored_tuples import store_by_name

MAX_ATTEMPTS_KEPT = 60
"""The newest attempts; the audit log has all of them."""


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
    """A health issue of Earshot itself."""


@store_by_name
class PageCause(NamedTuple):
    """The reference of what a page is about. `round` counts how often it came back."""

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
"""Methods whose service reports the status of a call later."""
SERVICE_METHODS = frozenset({ContactMethod.PAGERDUTY})
"""Services that choose themselves whom to call."""


class AttemptStatus(StrEnum):
    """The status of an attempt. Delivered means that the service took it, not that anybody saw it."""

    WAITING = "waiting"
    SENDING = "sending"
    """Started, without an answer yet."""
    DELIVERED = "delivered"
    ANSWERED = "answered"
    """Somebody picked up, which is no acknowledgement."""
    MISSED = "missed"
    """Nobody picked up, or the phone was not reached."""
    QUIET = "quiet"
    """Delivered to somebody whose do-not-disturb is on."""
    REFUSED = "refused"
    LOST = "lost"
    """Perhaps sent: the answer was late, lost or invalid."""
    LATER = "later"
    """Not sent: the service is down or limits us."""
    DROPPED = "dropped"
    """Not sent: the page was acknowledged before."""

    @property
    def is_failure(self) -> bool:
        """Whether the next step is tried at once, since nobody will answer this one."""
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
    """`person` is a Slack id, `#` and a channel's, or empty if the service chooses whom to call.

    `detail` is in our own words. `reference` is the service's id, such as Twilio's sid.
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
    """Somebody acknowledged, but nobody claimed the case, so it called again. `by` and `way` as in `Page`."""

    by: str
    way: str
    at: datetime
    """When it was acknowledged."""
    again_at: datetime
    round: int
    """The first round after it."""
    times: int
    """How often this happened to this page."""


@store_by_name
class PageDecline(NamedTuple):
    """A person who declined is skipped in this round."""

    person: str
    round: int
    at: datetime
    link: int = 0
    """The round of the link, which declines once."""


class Page(FrozenModel):
    """`version` counts commits. It references its cause and has no text of a post."""

    id: str
    version: int = 1
    cause: PageCause
    severity: Severity
    department: str
    opened_at: datetime
    round: int = 1
    """How often all targets were called, including this time."""
    due: datetime | None = None
    """When to take the next step, or, once acknowledged, when to check it; None: never."""
    first: str = ""
    """Who is called before those on call: the lead of a declared crisis."""
    leader: str = ""
    """The page under which it is grouped, which calls for both."""
    harm: str = ""
    """Of a case: the kind of harm, such as `safety`; empty if unknown."""
    subject: str = ""
    """Of a case: the playbook's subject that it is about, if any."""
    count: int = 0
    """Attempts in all."""
    attempts: tuple[PageAttempt, ...] = ()
    hole: bool = False
    """The schedule had a gap."""
    nobody: bool = False
    """There was nobody at all to call."""
    acknowledged_by: str = ""
    acknowledged_at: datetime | None = None
    acknowledged_way: str = ""
    taken_by: str = ""
    """Who has claimed the case, for the messages."""
    closed_at: datetime | None = None
    held_until: datetime | None = None
    """Quiet hours: nobody is called before."""
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
        """Whether somebody still has to acknowledge."""
        return not self.is_acknowledged and self.closed_at is None

    @property
    def is_awaiting_claim(self) -> bool:
        """Whether it is acknowledged and its case not yet known as claimed."""
        return self.cause.kind is CauseKind.CASE and not self.leader and self.is_acknowledged and self.closed_at is None

    @property
    def declined_people(self) -> frozenset[str]:
        """Who declined in this round."""
        return frozenset(one.person for one in self.declined if one.round == self.round)

    @property
    def first_active_round(self) -> int:
        """The first round since the last re-escalation."""
        return self.unclaimed.round if self.unclaimed else 1

    def find_attempt(self, n: int) -> PageAttempt | None:
        return next((one for one in self.attempts if one.n == n), None)

    def has_called(self, person: str) -> bool:
        return any(one.person == person for one in self.attempts)


def derive_page_id(cause: PageCause) -> str:
    """Derive the id, so that one cause has one page (idempotency). 72 bits, as it is part of links."""
    words = f"{cause.kind} {cause.round} {cause.id}"
    return hashlib.blake2b(words.encode(), digest_size=9).hexdigest()


def open_page(cause: PageCause, severity: Severity, department: str, at: datetime, first: str = "") -> Page:
    """Open a page that is due at once. Opening it again has no effect."""
    return Page(
        id=derive_page_id(cause),
        cause=cause,
        severity=severity,
        department=department,
        opened_at=at,
        due=at,
        first=first,
    )
