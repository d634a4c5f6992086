"""The work one department owns: one mention, and those that joined it."""

import hashlib
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from bot.domain.assessment import DOUBTFUL, Assessment, Intent
from bot.domain.audit import AuditEvent
from bot.domain.correction import COLLEAGUE, Correction, CorrectionKind
from bot.domain.immutable import FrozenModel
from bot.domain.mention import Mention
from bot.domain.routing import CaseClocks
from bot.domain.stored_tuples import store_by_name

MAX_HISTORY = 30
"""Lines of history that travel with a case; the audit log has them all."""
MAX_JOINED = 20
"""Joined mentions that travel with a case; the store has up to a thousand beside it."""


class CaseStatus(StrEnum):
    NEW = "new"
    CLAIMED = "claimed"
    RESOLVED = "resolved"


class CaseResolution(StrEnum):
    ANSWERED = "answered"
    FIXED = "fixed"
    NO_ACTION = "no action"
    SPAM = "spam"
    NOT_ABOUT_US = "not about us"

    @property
    def is_helpful(self) -> bool:
        """Whether somebody out there got something from us."""
        return self in {CaseResolution.ANSWERED, CaseResolution.FIXED}


class JoinReason(StrEnum):
    """Why a mention became part of an open case."""

    COPY = "copy"
    SAME_PERSON = "same person"


@store_by_name
class JoinedMention(NamedTuple):
    """A mention that joined, as the card lists it."""

    mention: str
    who: str
    url: str
    at: datetime
    why: JoinReason


@store_by_name
class CrisisAlarm(NamedTuple):
    """The newest mention of those that joined that speaks of a crisis, with other words than the first."""

    mention: str
    harm: str
    """Which kind; empty where that is not known."""
    at: datetime | None = None
    """When it joined."""


SENTIMENT_DEPENDENT_INTENTS = frozenset({Intent.COMPLAINT, Intent.PRAISE, Intent.OTHER})
"""What depends on how it feels: a question is one in any mood."""


def derive_case_id(mention_id: str) -> str:
    """Derived, so that a mention handled twice opens the same case twice, which the store refuses.

    56 bits: among a million kept cases two share an id with a chance of 1 in 100,000.
    """
    return hashlib.blake2b(mention_id.encode(), digest_size=7).hexdigest()


class Case(FrozenModel):
    """`version` counts commits. `due` is the clock shown: to claim while new, to resolve while claimed."""

    id: str
    version: int = 0
    mention: Mention
    assessment: Assessment
    department: str
    route: str = ""
    clocks: CaseClocks = CaseClocks()
    status: CaseStatus = CaseStatus.NEW
    owner: str = ""
    resolution: CaseResolution | None = None
    note: str = ""
    opened_at: datetime
    """When it came to the department that has it; a hand-over and a reopening start it anew."""
    waiting_since: datetime
    """Since when the person waits: the clock to resolve runs from here. A reopening starts it anew, a hand-over not."""
    claimed_at: datetime | None = None
    resolved_at: datetime | None = None
    resolved_by: str = ""
    """Who resolved it, which a manager may do for whoever has it. Empty in what releases up to c089daf resolved."""
    due: datetime | None = None
    rung: int = 0
    """How often we spoke up because nobody claimed it: 1 is the channel, 2 the first person on call, …"""
    rung_at: datetime | None = None
    """When we last spoke up."""
    called: tuple[str, ...] = ()
    """Whom we called in this round, in order: people, and `#` with the id of a channel."""
    round: int = 0
    """How often this case has come back to a channel: the reminders of one round are not those of the next."""
    alarm: bool = False
    """A mention that joined speaks of a crisis, though the first did not; or a person confirmed that it is one."""
    alarmed_by: CrisisAlarm | None = None
    lease_began: datetime | None = None
    lease_ends: datetime | None = None
    lease_said: bool = False
    overdue_said: bool = False
    joined: tuple[JoinedMention, ...] = ()
    joined_count: int = 0
    history: tuple[AuditEvent, ...] = ()
    earlier: tuple[str, ...] = ()
    """What the post said before its author edited it, oldest first: a stranger's words."""
    corrections: tuple[Correction, ...] = ()
    """What people know better than we heard, one of a kind; `assessment` follows them."""
    as_heard: Assessment | None = None
    """The assessment before the first correction; None while there is none."""

    @property
    def original_assessment(self) -> Assessment:
        """What the detectors made of it, whatever people say."""
        return self.as_heard or self.assessment

    def find_correction(self, kind: CorrectionKind) -> Correction | None:
        return next((one for one in self.corrections if one.kind is kind), None)

    @property
    def is_urgent(self) -> bool:
        """A crisis keeps no business hours and goes before everything else."""
        return self.alarm or self.assessment.intent is Intent.CRISIS

    @property
    def is_confirmed_crisis(self) -> bool:
        """Somebody is woken for it. A crisis that is doubtful is urgent too, but a person looks before others wake."""
        return self.alarm or (self.assessment.intent is Intent.CRISIS and DOUBTFUL not in self.assessment.labels)

    @property
    def harm(self) -> str:
        """The kind of harm that it speaks of, the surest first, such as `safety`; empty where that is not known."""
        if self.alarmed_by is not None:
            return self.alarmed_by.harm
        return next(iter(self.assessment.get_words("harm")), "")

    @property
    def is_unconfirmed_crisis(self) -> bool:
        """A crisis that pages nobody until a person says that it is one."""
        return self.is_urgent and not self.is_confirmed_crisis and not self.is_closed

    @property
    def has_unsure_sentiment(self) -> bool:
        """We are unsure how it feels, and nobody who read it said more: it lies in the channel, nobody is called."""
        assessment = self.assessment
        if self.is_urgent or not assessment.is_unsure or assessment.intent not in SENTIMENT_DEPENDENT_INTENTS:
            return False
        return not any(signal.detector == COLLEAGUE for signal in assessment.signals)

    @property
    def is_closed(self) -> bool:
        return self.status is CaseStatus.RESOLVED

    @property
    def closed_by(self) -> str:
        """Who resolved it; in an old body whoever did something at that moment, or had it."""
        then = (event.by for event in reversed(self.history) if event.by and event.at == self.resolved_at)
        return self.resolved_by or next(then, self.owner)

    def is_overdue(self, at: datetime) -> bool:
        return self.due is not None and self.due <= at and not self.is_closed

    def extend_history(self, event: AuditEvent) -> tuple[AuditEvent, ...]:
        """The history with one more line; the first line stays, the oldest of the others go."""
        lines = (*self.history, event)
        return lines if len(lines) <= MAX_HISTORY else (lines[0], *lines[-(MAX_HISTORY - 1) :])
