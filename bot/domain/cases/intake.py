"""What becomes of a mention: it opens a case, joins one, or is tallied."""

import re
import unicodedata
from datetime import datetime, timedelta
from functools import lru_cache

from bot.domain.assessment import DOUBTFUL, Assessment, Intent
from bot.domain.audit import AuditAction, AuditEvent
from bot.domain.case import MAX_JOINED, Case, CaseStatus, CrisisAlarm, JoinedMention, JoinReason, derive_case_id
from bot.domain.cases.deadlines import choose_priority, compute_claim_due, find_next_deadline, reset_to_new
from bot.domain.commits import CaseDecision, MentionOutcome, ProcessedMention
from bot.domain.department import Department
from bot.domain.mention import UNKNOWN_AUTHOR_ID, Mention
from bot.domain.outbox import Notification, NotificationKind, Priority
from bot.domain.paging.case_page import build_case_pages
from bot.domain.routing import NOBODY, Route

COPY_WINDOW = timedelta(hours=24)
"""How long the same words count as a copy of an open case."""
CONVERSATION_WINDOW = timedelta(days=30)
"""How long a person who writes again in the same conversation finds the case again."""
MIN_WORDS_FOR_COPY = 4
"""'Thank you so much' from two people is not one post twice."""

_LINK_OR_HANDLE = re.compile(r"(?:https?://|www\.)\S+|@\w+")
_WORD = re.compile(r"[^\W_]+")
_ASCII_WORD = re.compile(r"[a-z0-9]+")
"""The same, told from the rest in half the time."""


def build_conversation_key(mention: Mention) -> str:
    """The same person in the same conversation; empty where the outlet does not say."""
    if not mention.conversation or mention.author.id == UNKNOWN_AUTHOR_ID:
        return ""
    return f"{mention.source}:{mention.author.id}:{mention.conversation}"


def build_copy_key(mention: Mention, subject: str) -> str:
    """The words without links, handles, case and punctuation; empty where too little is said to tell a copy."""
    return _hash_copy_text(mention.text, subject)


@lru_cache(maxsize=1_000)
def _hash_copy_text(text: str, subject: str) -> str:
    """Asked for twice in a batch: where a case is looked for, and where the new one will be found."""
    said = _normalize_copy_text(text)
    return derive_case_id(f"{subject}|{said}") if said else ""


@lru_cache(maxsize=1_000)
def _normalize_copy_text(text: str) -> str:
    """Empty where it is too little. Asked for with its subject and, by who counts copies, without."""
    words = _split_copy_words(text)
    return " ".join(words) if len(words) >= MIN_WORDS_FOR_COPY or len("".join(words)) >= 20 else ""


def _split_copy_words(text: str) -> list[str]:
    """Folded first, so that no pattern has to try both cases of each letter: that is half of the time (2026-11-22)."""
    if text.isascii():
        words = _ASCII_WORD.findall(_LINK_OR_HANDLE.sub(" ", text.lower()))
    else:
        words = _WORD.findall(_LINK_OR_HANDLE.sub(" ", unicodedata.normalize("NFKC", text).casefold()))
    if words and words[0] == "rt":
        del words[0]
    return [word for word in words if word != "via"]


def open_case(
    mention: Mention, assessment: Assessment, route: Route, department: Department, at: datetime
) -> CaseDecision:
    """A mention that nobody has yet opens a case of its own."""
    event = AuditEvent(at, "", AuditAction.OPENED, f"by route {route.name}")
    case = Case.model_construct(
        id=derive_case_id(mention.id),
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
    case = case.copy_with(due=compute_claim_due(case, department, at))
    card = Notification.draw_card(case.id, department.name, choose_priority(case, Priority.NEW))
    return CaseDecision(
        after=case,
        notifications=(card,),
        events=(event,),
        deadline=find_next_deadline(case, department),
        processed=ProcessedMention(mention, assessment, department.name, MentionOutcome.OPENED, at),
        pages=build_case_pages(case, at),
    )


def count_only(mention: Mention, assessment: Assessment, at: datetime) -> CaseDecision:
    """A mention that no department needs to see is counted, and spam is counted as spam."""
    outcome = MentionOutcome.SPAM if assessment.intent is Intent.SPAM else MentionOutcome.TALLIED
    return CaseDecision(None, processed=ProcessedMention(mention, assessment, NOBODY, outcome, at))


def join_case(
    case: Case, mention: Mention, assessment: Assessment, reason: JoinReason, department: Department, at: datetime
) -> CaseDecision:
    """The same person again, or a copy: part of the case, told to its owner, and reopening it if it was resolved."""
    joined = JoinedMention(mention.id, mention.display_name, mention.url, mention.created_at, reason)
    event = AuditEvent(at, "", AuditAction.JOINED, f"{reason.value}, {case.joined_count + 1} in all")
    after = case.copy_with(
        version=case.version + 1,
        joined=(*case.joined, joined)[-MAX_JOINED:],
        joined_count=case.joined_count + 1,
        history=case.extend_history(event),
    )
    events = [event]
    if case.is_closed:
        reopened = AuditEvent(at, "", AuditAction.REOPENED, "the person wrote again")
        after = reset_to_new(after, department, at)
        after = after.copy_with(waiting_since=at, history=after.extend_history(reopened))
        events.append(reopened)
    if assessment.intent is Intent.CRISIS and DOUBTFUL not in assessment.labels:
        after = raise_alarm(after, department, at)
        if reason is JoinReason.SAME_PERSON:  # a copy says what the first said
            after = after.copy_with(
                alarmed_by=CrisisAlarm(mention.id, next(iter(assessment.get_words("harm")), ""), at)
            )
    lane = choose_priority(after, Priority.CLICK if case.is_closed else Priority.UPDATE)
    notifications = [Notification.draw_card(after.id, after.department, lane)]
    if case.owner and reason is JoinReason.SAME_PERSON:
        notifications.append(Notification.notify_owner(NotificationKind.JOINED, after.id, case.owner, after.round))
    return CaseDecision(
        after=after,
        before=case,
        notifications=tuple(notifications),
        events=tuple(events),
        deadline=find_next_deadline(after, department),
        processed=ProcessedMention(mention, assessment, case.department, MentionOutcome.JOINED, at),
        joined_mention=mention,
        pages=build_case_pages(after, at),
    )


def raise_alarm(case: Case, department: Department, at: datetime) -> Case:
    """A crisis keeps no business hours: what was to be claimed in the morning is to be claimed now."""
    alarmed = case.copy_with(alarm=True)
    sooner = compute_claim_due(alarmed, department, at)
    if case.status is CaseStatus.NEW and case.due and sooner and sooner < case.due:
        return alarmed.copy_with(due=sooner)
    return alarmed
