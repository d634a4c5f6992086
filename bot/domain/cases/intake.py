"""Intake of a mention: it opens a case, joins one, or is only counted."""

import re
import unicodedata
from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache

from bot.domain.assessment import DOUBTFUL, Assessment, Intent
from bot.domain.audit import AuditAction, AuditEvent
from bot.domain.case import (
    MAX_JOINED,
    Case,
    CaseResolution,
    CaseStatus,
    CrisisAlarm,
    JoinedMention,
    JoinReason,
    derive_case_id,
)
from bot.domain.cases.deadlines import (
    choose_priority,
    compute_claim_due,
    drop_public_replies,
    end_snooze,
    find_next_deadline,
    reset_to_new,
)
from bot.domain.cases.follow_up_transitions import note_reply
from bot.domain.commits import CaseDecision, DurationKind, MentionOutcome, ProcessedMention
from bot.domain.department import Department
from bot.domain.destination import ToDepartment
from bot.domain.follow_up import describe_mood, needs_no_answer
from bot.domain.mention import UNKNOWN_AUTHOR_ID, Mention
from bot.domain.outbox import Notification, NotificationKind, Priority
from bot.domain.paging.case_page import build_case_pages
from bot.domain.routing import NOBODY, Route

COPY_WINDOW = timedelta(hours=24)
"""How long the same text counts as a copy of an open case."""
CONVERSATION_WINDOW = timedelta(days=30)
"""How long a person who writes again in the same conversation joins their case."""
MIN_WORDS_FOR_COPY = 4
"""'Thank you so much' from two people is not one post twice."""

_LINK_OR_HANDLE = re.compile(r"(?:https?://|www\.)\S+|@\w+")
_WORD = re.compile(r"[^\W_]+")
_ASCII_WORD = re.compile(r"[a-z0-9]+")
"""The same for ASCII text, in half the time."""


def build_conversation_key(mention: Mention) -> str:
    """Return the key of author and conversation; empty if either is unknown."""
    if not mention.conversation or mention.author.id == UNKNOWN_AUTHOR_ID:
        return ""
    return f"{mention.source}:{mention.author.id}:{mention.conversation}"


def build_copy_key(mention: Mention, subject: str) -> str:
    """Return the hash of the text without links, handles, case and punctuation; empty if it is too short."""
    return hash_copy_text(mention.text, subject)


@lru_cache(maxsize=1_000)
def hash_copy_text(text: str, subject: str) -> str:
    """Do as `build_copy_key`. Cached for those who ask for several subjects, or again."""
    said = normalize_copy_text(text)
    return derive_case_id(f"{subject}|{said}") if said else ""


@lru_cache(maxsize=1_000)
def normalize_copy_text(text: str) -> str:
    """Return the words to compare, or nothing for a short text. Cached for callers with and without a subject."""
    words = split_copy_words(text)
    return " ".join(words) if len(words) >= MIN_WORDS_FOR_COPY or len("".join(words)) >= 20 else ""


def split_copy_words(text: str) -> list[str]:
    """Fold the case first: case-insensitive patterns take twice the time (2026-11-22)."""
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
    """Open a case for a mention."""
    event = AuditEvent(at, "", AuditAction.OPENED, f"by route {route.name}")
    case = Case.model_construct(
        id=derive_case_id(mention.id),
        version=1,
        mention=mention,
        assessment=assessment.shorten_signals(),
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
        durations=((DurationKind.RECEIVED, max(0.0, (at - mention.created_at).total_seconds())),),
    )


def drop_calls(decision: CaseDecision) -> CaseDecision:
    """Return the decision without pages, and without messages to people: they had them before a backup was restored."""
    kept = tuple(one for one in decision.notifications if isinstance(one.to, ToDepartment))
    return replace(decision, pages=(), notifications=kept)


def count_only(mention: Mention, assessment: Assessment, at: datetime, muted_by: str = "") -> CaseDecision:
    """Count a mention that no department needs to see, or that a mute hides."""
    outcome = MentionOutcome.SPAM if assessment.intent is Intent.SPAM else MentionOutcome.TALLIED
    return CaseDecision(None, processed=ProcessedMention(mention, assessment, NOBODY, outcome, at, muted_by))


def join_case(
    case: Case, mention: Mention, assessment: Assessment, reason: JoinReason, department: Department, at: datetime
) -> CaseDecision:
    """Add a copy, or the same person's next post, to the case: notify the owner, reopen it if resolved.

    A copy of a flagged post reopens nothing: a source brings what a colleague saw first.
    Nor does a post of the author that asks for nothing: whoever resolved the case is told, and decides.
    """
    mood = describe_mood(assessment) if reason is JoinReason.SAME_PERSON else ""
    joined = JoinedMention(mention.id, mention.display_name, mention.url, mention.created_at, reason, mood)
    events = [AuditEvent(at, "", AuditAction.JOINED, f"{reason.value}, {case.joined_count + 1} in all")]
    after = case.copy_with(
        version=case.version + 1,
        joined=(*case.joined, joined)[-MAX_JOINED:],
        joined_count=case.joined_count + 1,
        history=case.extend_history(events[0]),
    )
    is_crisis = assessment.intent is Intent.CRISIS and DOUBTFUL not in assessment.labels
    is_settled = _is_older_than_answer(case, mention) and not is_crisis
    if case.is_closed and not is_settled and not (case.flagged_by and reason is JoinReason.COPY):
        after, more = _continue_resolved(after, assessment, reason, department, at)
        events += more
    elif reason is JoinReason.SAME_PERSON and not is_settled:
        after = drop_public_replies(after, department, at)
    if case.is_snoozed and (reason is JoinReason.SAME_PERSON or mention.author.id == case.mention.author.id):
        after, woken = end_snooze(after, department, at, "they wrote again")
        events.append(woken)
    if is_crisis and not after.is_closed:
        after = raise_alarm(after, department, at)
        if reason is JoinReason.SAME_PERSON:  # a copy says what the first said
            after = after.copy_with(alarmed_by=CrisisAlarm(mention.id, assessment.harm, at))
    is_noted = is_settled or bool(mood and case.follow_up)
    return CaseDecision(
        after=after,
        before=case,
        notifications=_notify_of_post(case, after, reason, is_noted=is_noted),
        events=tuple(events),
        deadline=find_next_deadline(after, department),
        processed=ProcessedMention(mention, assessment, case.department, MentionOutcome.JOINED, at),
        joined_mention=mention,
        pages=build_case_pages(after, at),
    )


def _notify_of_post(case: Case, after: Case, reason: JoinReason, *, is_noted: bool) -> tuple[Notification, ...]:
    """Draw the card, and tell the owner what the author wrote, unless the case is closed and has that in its note."""
    lane = choose_priority(after, Priority.CLICK if case.is_closed else Priority.UPDATE)
    drawing = Notification.draw_card(after.id, after.department, lane)
    if not case.owner or reason is not JoinReason.SAME_PERSON or (after.is_closed and is_noted):
        return (drawing,)
    return drawing, Notification.notify_owner(NotificationKind.JOINED, after.id, case.owner, after.round)


def _is_older_than_answer(case: Case, mention: Mention) -> bool:
    """Whether our answer in public came after the post: its case was closed for that, or its owner asked."""
    is_settled = not case.is_closed or case.resolution is CaseResolution.ANSWERED_OUTSIDE
    return is_settled and case.public_reply is not None and mention.created_at <= case.public_reply.at


def _continue_resolved(
    case: Case, assessment: Assessment, reason: JoinReason, department: Department, at: datetime
) -> tuple[Case, tuple[AuditEvent, ...]]:
    """Reopen a case to which a post came, unless its author wrote that and asks for nothing."""
    if reason is JoinReason.SAME_PERSON and needs_no_answer(assessment):
        mood = describe_mood(assessment)
        return note_reply(case, mood, at) if mood and case.follow_up else (case, ())
    event = AuditEvent(at, "", AuditAction.REOPENED, "the author wrote again")
    after = reset_to_new(case, department, at)
    return after.copy_with(waiting_since=at, history=after.extend_history(event)), (event,)


def raise_alarm(case: Case, department: Department, at: datetime) -> Case:
    """Mark the case as a crisis, with an earlier deadline to claim it, since business hours do not count."""
    alarmed = case.copy_with(alarm=True, snooze=None, from_list=False)
    sooner = compute_claim_due(alarmed, department, at)
    if case.status is CaseStatus.NEW and case.due and sooner and sooner < case.due:
        return alarmed.copy_with(due=sooner)
    return alarmed
