"""A case: one mention and those that joined it, owned by one department."""

import hashlib
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple, Self

from bot.domain.assessment import DOUBTFUL, Assessment, Intent
from bot.domain.audit import AuditAction, AuditEvent
from bot.domain.case_requests import CaseRequest, RequestKind
from bot.domain.caution import CautionRecord
from bot.domain.correction import COLLEAGUE, Correction, CorrectionKind
from bot.domain.follow_up import FollowUp, FollowUpOutcome
from bot.domain.immutable import FrozenModel
from bot.domain.mention import Mention
from bot.domain.offers import GivenOffer
from bot.domain.routing import CaseClocks
from bot.domain.stored_tuples import store_by_name

MAX_HISTORY = 30
"""Events kept in a case; the audit log has all of them."""
MAX_JOINED = 20
"""Joined mentions kept in a case; the store has up to a thousand beside it."""
SPLIT_OFF = "split off from case "
"""With this begins the history of a case whose post had joined another: it stays counted as joined."""
TAKEN_BACK = "was reopened and has its posts back"
"""With this ends the event of a case that had the posts of one that was merged into it."""


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
    POST_DELETED = "post deleted"
    """Nobody had claimed it when its author deleted the post."""
    ANSWERED_OUTSIDE = "answered outside"
    """Nobody had claimed it when one of our accounts answered in public."""
    EXPIRED = "expired"
    """Nobody had touched it for as long as its department keeps open cases."""
    WON = "won"
    SAVED = "saved"
    LOST = "lost"

    @property
    def is_helpful(self) -> bool:
        """Whether the author got an answer or a solution."""
        answered = {CaseResolution.ANSWERED, CaseResolution.FIXED, CaseResolution.ANSWERED_OUTSIDE}
        return self in answered | {CaseResolution.WON, CaseResolution.SAVED}


HELPFUL_RESOLUTIONS = frozenset(one.value for one in CaseResolution if one.is_helpful)
OUTCOMES = (CaseResolution.WON, CaseResolution.SAVED, CaseResolution.LOST)
"""What became of a customer: only departments whose playbook names them offer these."""


class JoinReason(StrEnum):
    """Why a mention became part of an open case."""

    COPY = "copy"
    SAME_PERSON = "same person"
    SIMILAR = "similar"
    """Nearly the same words with the same facts, by anybody."""


@store_by_name
class JoinedMention(NamedTuple):
    """A joined mention, as the card lists it."""

    mention: str
    who: str
    url: str
    at: datetime
    why: JoinReason
    mood: str = ""
    """That of `describe_mood`, for the same person's."""


@store_by_name
class PublicReply(NamedTuple):
    """An answer of one of our accounts at the outlet."""

    by: str
    """The account, as in `@northwindair`."""
    at: datetime
    url: str
    mention: str
    to: str = ""
    """The id of the mention that it answers; empty if the outlet names none."""


@store_by_name
class CrisisAlarm(NamedTuple):
    """The newest joined mention that speaks of a crisis and is no copy of the first."""

    mention: str
    harm: str
    """The kind of harm; empty if unknown."""
    at: datetime | None = None
    """When it joined."""


@store_by_name
class Snooze(NamedTuple):
    """Until when nobody is reminded of a case, and who wanted that."""

    until: datetime
    by: str
    until_reply: bool = False
    """It waits for the author to write again; `until` is the latest end."""


class CasePriority(StrEnum):
    """How pressing a case is, in the word that people read and that `page_from` of the playbook names."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 for low to 3 for critical."""
        return list(CasePriority).index(self)


NORMAL_FROM, HIGH_FROM = 15, 30
"""Points of urgency: a plain complaint (20) is normal; a strongly worded one, or one with a large reach, is high."""

SENTIMENT_DEPENDENT_INTENTS = frozenset({Intent.COMPLAINT, Intent.PRAISE, Intent.OTHER})
"""Intents for which sentiment matters: a question is one in any mood."""


@lru_cache(maxsize=2_000)
def derive_case_id(mention_id: str) -> str:
    """Derive the id from the mention, so that the store refuses to open the case twice (idempotency).

    56 bits: among a million kept cases two share an id with a chance of 1 in 100,000.
    Cached, since triage asks four times for each mention.
    """
    return hashlib.blake2b(mention_id.encode(), digest_size=7).hexdigest()


class Case(FrozenModel):
    """`version` counts commits. `due` is the deadline shown: to claim while new, to resolve while claimed."""

    id: str
    version: int = 0
    mention: Mention
    assessment: Assessment
    department: str
    departments_before: tuple[str, ...] = ()
    """Those that had it and gave it away, each once: they may still read the history of its author."""
    route: str = ""
    clocks: CaseClocks = CaseClocks()
    status: CaseStatus = CaseStatus.NEW
    owner: str = ""
    resolution: CaseResolution | None = None
    note: str = ""
    opened_at: datetime
    """When it came to its department; reset by a hand-over and by reopening."""
    waiting_since: datetime
    """Since when the author waits: the deadline to resolve counts from here. Reset by reopening only."""
    claimed_at: datetime | None = None
    resolved_at: datetime | None = None
    resolved_by: str = ""
    """Who resolved it: the owner or a manager. Empty in records of releases up to c089daf."""
    due: datetime | None = None
    rung: int = 0
    """Reminders sent because nobody claimed it: the 1st to the channel, the 2nd to the first person on call, …"""
    rung_at: datetime | None = None
    """When the last reminder was sent."""
    called: tuple[str, ...] = ()
    """Who was called in this round, in order: people, and `#` with the id of a channel."""
    round: int = 0
    """How often the case came back to a channel; each round has its own reminders."""
    alarm: bool = False
    """A joined mention speaks of a crisis though the first did not, or a person confirmed the crisis."""
    alarmed_by: CrisisAlarm | None = None
    lease_began: datetime | None = None
    lease_ends: datetime | None = None
    lease_said: bool = False
    overdue_said: bool = False
    follow_up: FollowUp | None = None
    """Of a resolved case that was answered; None once it is open again, or its post is deleted."""
    snooze: Snooze | None = None
    """None once a person claims it or hands it over, or its author writes again; see `is_snoozed`."""
    from_list: bool = False
    """Claimed together with others of a list, so that it needs no card of its own."""
    joined: tuple[JoinedMention, ...] = ()
    joined_count: int = 0
    history: tuple[AuditEvent, ...] = ()
    earlier: tuple[str, ...] = ()
    """Earlier wordings of the post, oldest first: a stranger's words."""
    corrections: tuple[Correction, ...] = ()
    """At most one of each kind; they are applied to `assessment`."""
    thanked_by: tuple[str, ...] = ()
    """Colleagues who thanked the author in Slack, each once; nothing is posted at the outlet."""
    merged_into: str = ""
    """The case of the same person that has its posts now; it is resolved without an outcome."""
    flagged_by: str = ""
    """The colleague who flagged its post in Slack; empty for a post that a source brought."""
    also_flagged_by: tuple[str, ...] = ()
    """Those who flagged the post while it had this case, each once."""
    found_as: str = ""
    """The id of a flagged post at its source, which brought it later; empty: none did."""
    closure_told: bool = False
    """Whether those colleagues were told what came of it, or did it."""
    given: tuple[GivenOffer, ...] = ()
    """What its owners have given the author, as they said when they resolved it."""
    caution: CautionRecord | None = None
    """The last question that was asked before somebody answered the author."""
    approached: bool = False
    """Whether its answer counts as an approach: once, however often they and we write after it."""
    shared_by: str = ""
    """Who marked it as worth sharing; empty: nobody, or it was taken out again."""
    requests: tuple[CaseRequest, ...] = ()
    """What a person was asked: the last of each kind, and of each offer the last that was allowed."""
    as_heard: Assessment | None = None
    """The assessment before the first correction or the merge of a more pressing case; None without either."""
    public_replies: tuple[PublicReply, ...] = ()
    """In order of time: the first, and the newest of the others. None once the author has written again."""

    @property
    def public_reply(self) -> PublicReply | None:
        """The newest answer in public; None if the author waits for one."""
        return self.public_replies[-1] if self.public_replies else None

    @property
    def original_assessment(self) -> Assessment:
        """The assessment of the post itself by the detectors, without corrections."""
        return self.as_heard or self.assessment

    def find_correction(self, kind: CorrectionKind) -> Correction | None:
        return next((one for one in self.corrections if one.kind is kind), None)

    @property
    def is_urgent(self) -> bool:
        """A crisis ignores business hours and has the highest priority."""
        return self.alarm or self.assessment.intent is Intent.CRISIS

    @property
    def is_confirmed_crisis(self) -> bool:
        """Whether people are paged for it: a doubtful crisis is urgent too, but needs a confirmation first."""
        return self.alarm or (self.assessment.intent is Intent.CRISIS and DOUBTFUL not in self.assessment.labels)

    @property
    def harm(self) -> str:
        """The most certain kind of harm, such as `safety`; empty if unknown."""
        if self.alarmed_by is not None:
            return self.alarmed_by.harm
        return self.assessment.harm

    @property
    def is_unconfirmed_crisis(self) -> bool:
        """A crisis that pages nobody until a person confirms it."""
        return self.is_urgent and not self.is_confirmed_crisis and not self.is_closed

    @property
    def priority(self) -> CasePriority:
        """Critical for a crisis that pages; high at least for one that a person has to confirm."""
        if self.is_confirmed_crisis:
            return CasePriority.CRITICAL
        if self.is_urgent or self.assessment.urgency >= HIGH_FROM:
            return CasePriority.HIGH
        return CasePriority.NORMAL if self.assessment.urgency >= NORMAL_FROM else CasePriority.LOW

    @property
    def has_unsure_sentiment(self) -> bool:
        """Whether the sentiment is unsure and no colleague said more: nobody is called for it."""
        assessment = self.assessment
        if self.is_urgent or not assessment.is_unsure or assessment.intent not in SENTIMENT_DEPENDENT_INTENTS:
            return False
        return not any(signal.detector == COLLEAGUE for signal in assessment.signals)

    @property
    def is_closed(self) -> bool:
        return self.status is CaseStatus.RESOLVED

    @property
    def has_deadlines(self) -> bool:
        """Whether the timers may have to do something about it later."""
        return not self.is_closed or self.follow_up is not None

    @property
    def pending_requests(self) -> tuple[CaseRequest, ...]:
        """What somebody has to answer; nothing once who asked no longer owns the case."""
        owner = self.owner if self.status is CaseStatus.CLAIMED else ""
        return tuple(one for one in self.requests if one.by == owner and one.allowed is None)

    @property
    def offer_request(self) -> CaseRequest | None:
        """The last request to offer more than the playbook allows."""
        return next((one for one in reversed(self.requests) if one.kind is RequestKind.OFFER), None)

    def find_allowed(self, offer: str) -> CaseRequest | None:
        """Return what a person has allowed of this offer in this case."""
        return next((one for one in self.requests if one.offer == offer and one.allowed), None)

    @property
    def approval(self) -> CaseRequest | None:
        """The last reply that a person was asked to approve."""
        return next((one for one in self.requests if one.kind is RequestKind.APPROVAL), None)

    def find_request(self, number: int) -> CaseRequest | None:
        return next((one for one in self.requests if one.number == number), None)

    def replace_request(self, asked: CaseRequest) -> Self:
        """Return the case with this request as the last of its kind. A yes to more of an offer stays until the next."""
        others = [one for one in self.requests if one.kind is not asked.kind]
        allowed = [one for one in self.requests if one.kind is asked.kind is RequestKind.OFFER and one.allowed]
        kept = [one for one in allowed if not asked.allowed or one.offer != asked.offer]
        return self.copy_with(requests=(*others, *kept, asked))

    @property
    def is_closed_by_deletion(self) -> bool:
        """Whether nobody resolved it: it closed when its post was deleted."""
        at_end = (event for event in self.history if event.at == self.resolved_at and not event.by)
        return not self.resolved_by and any(event.what == AuditAction.POST_DELETED for event in at_end)

    @property
    def closed_by(self) -> str:
        """Who resolved it; in an old record, who acted at that moment, or the owner. Empty if it was a deletion."""
        if self.is_closed_by_deletion:
            return ""
        acts = [event for event in reversed(self.history) if event.by and event.what != AuditAction.FLAGGED]
        then = (event.by for event in acts if event.at == self.resolved_at)
        return self.resolved_by or next(then, self.owner)

    @property
    def is_snoozed(self) -> bool:
        """Whether nobody is reminded of it for now. What becomes a crisis is awake."""
        return self.snooze is not None and not self.is_urgent and not self.is_closed

    @property
    def reopened_by(self) -> str:
        """Who found, by a follow-up, that its author is not satisfied with the last answer; '' if nobody did."""
        for event in reversed(self.history):
            if event.what == AuditAction.RESOLVED:
                return ""
            if event.what == AuditAction.FOLLOWED_UP and event.detail == FollowUpOutcome.NOT_SATISFIED:
                return event.by
        return ""

    def list_later_posts(self, since: datetime) -> list[JoinedMention]:
        """Return the posts that its author wrote after that, of those that are kept here."""
        return [one for one in self.joined if one.why is JoinReason.SAME_PERSON and one.at > since]

    @property
    def has_words(self) -> bool:
        """Whether the words of its post, or of one that joined, are not struck out; a struck one names nobody."""
        struck = [one for one in self.joined if not (one.who or one.url)]
        return not self.mention.is_forgotten or len(struck) < max(self.joined_count, len(self.joined))

    def is_overdue(self, at: datetime) -> bool:
        return self.due is not None and self.due <= at and not self.is_closed and not self.is_snoozed

    def extend_history(self, event: AuditEvent) -> tuple[AuditEvent, ...]:
        """Return the history with one more event: the first stays, the oldest of the others go."""
        lines = (*self.history, event)
        return lines if len(lines) <= MAX_HISTORY else (lines[0], *lines[-(MAX_HISTORY - 1) :])
