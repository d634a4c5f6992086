"""What becomes of a mention: it opens a case, joins one, or is tallied."""

import re
import unicodedata
from datetime import datetime, timedelta
from functools import lru_cache

from bot.domain.assessment import DOUBTFUL, Assessment, Intent
from bot.domain.audit import AuditAction, AuditEvent
from bot.domain.case import JOINED_KEPT, Alarm, Case, Joined, Joining, Status, case_id
from bot.domain.clocks import claim_due, fresh, lane_of, next_deadline
from bot.domain.decision import CaseDecision, Heard, Outcome
from bot.domain.department import Department
from bot.domain.making import made
from bot.domain.mention import UNKNOWN, Mention
from bot.domain.notification import Lane, Notification, NotificationKind
from bot.domain.pages.cases import pages_for
from bot.domain.routing import NOBODY, Route

COPY_WINDOW = timedelta(hours=24)
"""How long the same words count as a copy of an open case."""
CONVERSATION_WINDOW = timedelta(days=30)
"""How long a person who writes again in the same conversation finds the case again."""
LEAST_WORDS_TO_COPY = 4
"""'Thank you so much' from two people is not one post twice."""

_NOT_SAID = re.compile(r"(?:https?://|www\.)\S+|@\w+")
_SAID = re.compile(r"[^\W_]+")
_SAID_IN_ASCII = re.compile(r"[a-z0-9]+")
"""The same, told from the rest in half the time."""


def conversation_key(mention: Mention) -> str:
    """The same person in the same conversation; empty where the outlet does not say."""
    if not mention.conversation or mention.author.id == UNKNOWN:
        return ""
    return f"{mention.source}:{mention.author.id}:{mention.conversation}"


def copy_key(mention: Mention, subject: str) -> str:
    """The words without links, handles, case and punctuation; empty where too little is said to tell a copy."""
    return _copy_key(mention.text, subject)


@lru_cache(maxsize=1_000)
def _copy_key(text: str, subject: str) -> str:
    """Asked for twice in a batch: where a case is looked for, and where the new one will be found."""
    said = _said(text)
    return case_id(f"{subject}|{said}") if said else ""


@lru_cache(maxsize=1_000)
def _said(text: str) -> str:
    """Empty where it is too little. Asked for with its subject and, by who counts copies, without."""
    words = _words(text)
    return " ".join(words) if len(words) >= LEAST_WORDS_TO_COPY or len("".join(words)) >= 20 else ""


def _words(text: str) -> list[str]:
    """Folded first, so that no pattern has to try both cases of each letter: that is half of the time (2026-11-22)."""
    if text.isascii():
        words = _SAID_IN_ASCII.findall(_NOT_SAID.sub(" ", text.lower()))
    else:
        words = _SAID.findall(_NOT_SAID.sub(" ", unicodedata.normalize("NFKC", text).casefold()))
    if words and words[0] == "rt":
        del words[0]
    return [word for word in words if word != "via"]


def open_case(
    mention: Mention, assessment: Assessment, route: Route, department: Department, at: datetime
) -> CaseDecision:
    """A mention that nobody has yet opens a case of its own."""
    event = AuditEvent(at, "", AuditAction.OPENED, f"by route {route.name}")
    case = made(
        Case,
        id=case_id(mention.id),
        version=1,
        mention=mention,
        assessment=assessment,
        department=department.name,
        route=route.name,
        clocks=route.clocks,
        opened_at=at,
        waiting_since=at,
        history=(event,),
    )
    case = case.having(due=claim_due(case, department, at))
    card = Notification.card(case.id, department.name, lane_of(case, Lane.NEW))
    return CaseDecision(
        after=case,
        notifications=(card,),
        events=(event,),
        deadline=next_deadline(case, department),
        heard=Heard(mention, assessment, department.name, Outcome.OPENED, at),
        pages=pages_for(case, at),
    )


def tally(mention: Mention, assessment: Assessment, at: datetime) -> CaseDecision:
    """A mention that no department needs to see is counted, and spam is counted as spam."""
    outcome = Outcome.SPAM if assessment.intent is Intent.SPAM else Outcome.TALLIED
    return CaseDecision(None, heard=Heard(mention, assessment, NOBODY, outcome, at))


def join(
    case: Case, mention: Mention, assessment: Assessment, why: Joining, department: Department, at: datetime
) -> CaseDecision:
    """The same person again, or a copy: part of the case, told to its owner, and reopening it if it was resolved."""
    joined = Joined(mention.id, mention.who, mention.url, mention.created_at, why)
    event = AuditEvent(at, "", AuditAction.JOINED, f"{why.value}, {case.joined_count + 1} in all")
    after = case.having(
        version=case.version + 1,
        joined=(*case.joined, joined)[-JOINED_KEPT:],
        joined_count=case.joined_count + 1,
        history=case.told(event),
    )
    events = [event]
    if case.closed:
        reopened = AuditEvent(at, "", AuditAction.REOPENED, "the person wrote again")
        after = fresh(after, department, at)
        after = after.having(waiting_since=at, history=after.told(reopened))
        events.append(reopened)
    if assessment.intent is Intent.CRISIS and DOUBTFUL not in assessment.labels:
        after = sound_alarm(after, department, at)
        if why is Joining.SAME_PERSON:  # a copy says what the first said
            after = after.having(alarmed_by=Alarm(mention.id, next(iter(assessment.words("harm")), ""), at))
    lane = lane_of(after, Lane.CLICK if case.closed else Lane.UPDATE)
    notifications = [Notification.card(after.id, after.department, lane)]
    if case.owner and why is Joining.SAME_PERSON:
        notifications.append(Notification.to_owner(NotificationKind.JOINED, after.id, case.owner, after.round))
    return CaseDecision(
        after=after,
        before=case,
        notifications=tuple(notifications),
        events=tuple(events),
        deadline=next_deadline(after, department),
        heard=Heard(mention, assessment, case.department, Outcome.JOINED, at),
        joining=mention,
        pages=pages_for(after, at),
    )


def sound_alarm(case: Case, department: Department, at: datetime) -> Case:
    """A crisis keeps no business hours: what was to be claimed in the morning is to be claimed now."""
    alarmed = case.having(alarm=True)
    sooner = claim_due(alarmed, department, at)
    if case.status is Status.NEW and case.due and sooner and sooner < case.due:
        return alarmed.having(due=sooner)
    return alarmed
