"""The lower half of a case's card: one line with status, clock, priority, subject and what joined; and its history."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from bot.cards.author_history import format_author_history, format_open_cases, format_writers
from bot.cards.block_kit import (
    Block,
    make_bullets,
    make_context,
    make_date,
    make_line,
    make_link,
    make_plain_text,
    make_rich_text,
    make_run,
)
from bot.cards.paging import format_escalation_status, format_schedule_gap
from bot.cards.sanitize import escape, escape_name, format_date, format_date_near, sanitize_line, truncate
from bot.cards.snooze import format_snooze
from bot.domain.audit import AuditAction, AuditEvent
from bot.domain.case import Case, CasePriority, CaseResolution, CaseStatus, JoinReason
from bot.domain.department import Department
from bot.domain.erasure import is_closed_on_request
from bot.domain.paging.page import Page
from bot.domain.persons.person import NO_CONTEXT, AuthorContext
from bot.domain.text import format_count, format_duration, format_people

JOINED_SHOWN = 10
JOINED_WORDS_SHOWN = 300
NOTE_SHOWN = 120
LINE_LENGTH = 90
"""Characters of the context line that a window of 700 px shows in one line (2026-11-29)."""
DATA_DELETED = "the author's data was deleted"
_NAMED_CASE = re.compile(r"\bcase [0-9a-f]{14}\b")
_CASE_ID = re.compile(r", [0-9a-f]{14}$")
HISTORY_CHUNK = 6
"""Lines in one text, of which Slack accepts 2,000 characters in a context."""
RESOLVED_COLOUR = "#2e8b57"
COLOURS = {
    CasePriority.LOW: "#9aa5a1",
    CasePriority.NORMAL: "#6b84a3",
    CasePriority.HIGH: "#d9971e",
    CasePriority.CRITICAL: "#c9302c",
}

ENGLISH = "en"
LANGUAGES = {
    "ar": "Arabic",
    "de": "German",
    "en": "English",
    "es": "Spanish",
    "fr": "French",
    "it": "Italian",
    "ja": "Japanese",
    "ko": "Korean",
    "nl": "Dutch",
    "pl": "Polish",
    "pt": "Portuguese",
    "ru": "Russian",
    "sv": "Swedish",
    "tr": "Turkish",
    "uk": "Ukrainian",
    "zh": "Chinese",
}
BY_ROUTE = "by route "
_TOKEN = re.compile(r"<(?:[!@][^>]*|[^>|]*\|([^>]*))>")
"""A date, a mention or a link in mrkdwn, which is shown shorter than it is written."""
_PERSON = re.compile(r"&lt;@([UW][A-Z0-9]{1,20})&gt;")
JOINED_NOUNS: dict[JoinReason | None, str] = {
    JoinReason.COPY: "duplicate",
    JoinReason.SAME_PERSON: "later post",
    JoinReason.SIMILAR: "similar post",
}


def pick_colour(case: Case) -> str:
    """Return the colour of the card's edge, which repeats a word of its context line."""
    return RESOLVED_COLOUR if case.is_closed else COLOURS[case.priority]


def render_context_line(
    case: Case, department: Department, at: datetime, page: Page | None = None, author: AuthorContext = NO_CONTEXT
) -> tuple[Block, int]:
    """Return status or owner, clock, priority, subject, what joined and the history of the author; then the note of a
    resolved case. Also by how many lines that is longer for what it says about the author.
    """
    status, *facts = format_status(case, at), *_iter_context_facts(case, department, page)
    if case.is_closed:
        note = sanitize_line(case.note, NOTE_SHOWN)
        return make_context(status, make_plain_text(f"“{note}”")) if note else _make_context([status, *facts]), 0
    busy = list(filter(None, (format_writers(author), format_open_cases(author, case.owner))))
    history = list(filter(None, [format_author_history(author, case, department)]))
    parts = [status, *busy, *facts, *history]
    return _make_context(parts), _count_lines(parts) - _count_lines([status, *facts]) if busy or history else 0


def _make_context(parts: Sequence[str]) -> Block:
    return make_context(" · ".join(parts))


def _count_lines(parts: Sequence[str]) -> int:
    shown = _TOKEN.sub(lambda token: token[1] or "12:34", " · ".join(parts).replace("*", ""))
    return -(-len(shown) // LINE_LENGTH)


def _iter_context_facts(case: Case, department: Department, page: Page | None) -> Iterator[str]:
    if not case.is_closed:
        if case.reopened_by:
            yield f"not satisfied, says <@{case.reopened_by}>"
        yield case.priority.value.capitalize()
        if point := format_point(case, department):
            yield point
        if case.is_unconfirmed_crisis:
            yield "not confirmed, so nobody is paged"
        if page is not None and not (case.owner and page.acknowledged_by == case.owner):
            yield format_escalation_status(page, is_brief=True)
            if page.is_open and (page.hole or page.nobody):
                yield format_schedule_gap(page)
    if subject := escape_name(sanitize_line(case.assessment.subject, 60)):
        yield subject
    if case.assessment.language not in {"", ENGLISH}:
        yield escape(format_language(case.assessment.language))
    if case.joined_count:
        yield format_joined_count(case)
    yield from filter(None, (format_public_reply(case), format_thanks(case), format_approval(case)))


def format_approval(case: Case) -> str:
    """Return who approved the reply, or whom it waits for, as mrkdwn; '' where nobody was asked."""
    asked = case.approval
    if asked is None:
        return ""
    if asked.allowed is None:
        return f"reply waits for <@{asked.to}>" if asked in case.pending_requests else ""
    what = "an earlier text was" if asked.is_outdated else "reply"
    if not asked.answered_by:
        return f"{what} {'approved' if asked.allowed else 'not approved'}: no answer from <@{asked.to}>"
    return f"{what} {'approved' if asked.allowed else 'declined'} by <@{asked.answered_by}>"


def format_language(code: str) -> str:
    return LANGUAGES.get(code, "") or f"Language: {sanitize_line(code, 20)}"


def format_joined_count(case: Case) -> str:
    """Return `3 duplicates`, `1 later post`, or `40 related posts` where they differ."""
    reasons = {one.why for one in case.joined}
    same = len(reasons) == 1 and len(case.joined) == case.joined_count
    return format_count(case.joined_count, JOINED_NOUNS[reasons.pop()] if same else "related post")


def format_status(case: Case, at: datetime) -> str:
    """Return status, owner and clock as mrkdwn: `Unclaimed · claim by 09:15`."""
    if case.status is CaseStatus.RESOLVED:
        how = f" · {case.resolution.value}" if case.resolution else ""
        when = f" · {format_date(case.resolved_at)}" if case.resolved_at else ""
        if case.merged_into:
            return f"*Merged*{_format_actor(case.closed_by)} into another case of this person{when}"
        if is_closed_on_request(case):
            return f"*Closed* · {DATA_DELETED}{when}"
        if case.resolution is CaseResolution.EXPIRED:
            return f"*Expired* · open too long without a change{when}"
        return f"*Resolved*{_format_actor(case.closed_by)}{how}{when}{_format_follow_up(case)}"
    if snoozed := format_snooze(case):
        return f"*{snoozed}*{f' · claimed{_format_actor(case.owner)}' if case.owner else ''}"
    word = f"*Claimed*{_format_actor(case.owner)}" if case.status is CaseStatus.CLAIMED else "*Unclaimed*"
    return f"{word} · {_format_deadline(case, at)}" if case.due else word


def _format_actor(person: str) -> str:
    return f" by <@{person}>" if person else ""


def _format_follow_up(case: Case) -> str:
    """Return who follows up, or what came of it; '' until it is due."""
    follow_up = case.follow_up
    if follow_up is None or follow_up.is_waiting:
        return ""
    if follow_up.outcome is None:
        return f" · follow-up with <@{follow_up.offered_to}>"
    if follow_up.is_expired:
        return " · nobody followed up"
    return f" · follow-up: {follow_up.ending}{f', says <@{follow_up.by}>' if follow_up.by else ''}"


def _format_deadline(case: Case, at: datetime) -> str:
    assert case.due is not None
    if case.is_overdue(at):
        return f"*overdue* since {format_date_near(case.due, at)}"
    to_do = "claim by" if case.status is CaseStatus.NEW else "due"
    return f"{to_do} {format_date_near(case.due, at)}"


def format_point(case: Case, department: Department) -> str:
    """Return whom to ask first about a case that waits, by name: a mention would notify them."""
    waits = case.status is CaseStatus.NEW and department.point_name
    return f"point: @{escape(sanitize_line(department.point_name, 40))}" if waits else ""


def format_public_reply(case: Case) -> str:
    """Return `answered in public by @northwindair, 09:07`, of the newest answer, as mrkdwn; '' without one."""
    reply = case.public_reply
    if reply is None:
        return ""
    by = f" by {escape(sanitize_line(reply.by, 60))}" if reply.by else ""
    return f"answered in public{by}, {format_date_near(reply.at, case.public_replies[0].at)}"


def format_thanks(case: Case) -> str:
    """Return who thanked the author, or nothing."""
    return f"thanked by {format_people(case.thanked_by)}" if case.thanked_by else ""


def format_plain_status(case: Case, at: datetime | None = None) -> str:
    """Return the status without a time of day, for notifications: `unclaimed, claim within 15 min`."""
    if case.status is CaseStatus.RESOLVED:
        if is_closed_on_request(case):
            return f"closed, {DATA_DELETED}"
        return f"resolved{_format_actor(case.closed_by)}" + (f" ({case.resolution.value})" if case.resolution else "")
    is_new = case.status is CaseStatus.NEW
    word = "unclaimed" if is_new else f"claimed{_format_actor(case.owner)}"
    if case.is_snoozed:
        return f"{word}, snoozed"
    if at is not None and case.is_overdue(at):
        return f"{word}, overdue"
    within = case.clocks.claim_within if is_new else case.clocks.resolve_within
    to_do = "claim" if is_new else "due"
    return f"{word}, {to_do} within {format_duration(within)}" if case.due and within else word


def render_joined_mentions(case: Case, words: Mapping[str, str]) -> Block | None:
    """Return how many posts joined, and the newest with a link, the reason and what they say; None if none did.

    `words` are those of each post, by its id.
    """
    if not case.joined_count:
        return None
    last = case.joined[-JOINED_SHOWN:]
    lines = [
        make_line(
            make_link(one.url, sanitize_line(one.who, 60) or "somebody"),
            f" · {JOINED_NOUNS[one.why]} · ",
            make_date(one.at),
            *([f" · {said}"] if (said := sanitize_line(words.get(one.mention, ""), JOINED_WORDS_SHOWN)) else []),
        )
        for one in last
    ]
    if (earlier := case.joined_count - len(last)) > 0:
        lines.insert(0, make_line(make_run(f"… and {earlier:,} earlier", italic=True)))
    head = make_line(make_run(format_count(case.joined_count, "related post"), bold=True))
    return make_rich_text(head, *([make_bullets(*lines)] if lines else []))


def render_history(case: Case) -> list[Block]:
    """Return all events that the case keeps, oldest first."""
    lines = [format_audit_event(event) for event in case.history]
    return [make_context("\n".join(lines[at : at + HISTORY_CHUNK])) for at in range(0, len(lines), HISTORY_CHUNK)]


def format_audit_event(event: AuditEvent) -> str:
    """Return one line of mrkdwn, escaped but for mentions of people."""
    by = f" by <@{event.by}>" if event.by else ""
    when, detail = format_date(event.at, "{date_short} {time}"), event.detail
    if event.what == AuditAction.OPENED and detail.startswith(BY_ROUTE):
        return f"{when} created by rule “{escape(sanitize_line(detail.removeprefix(BY_ROUTE), 80))}”"
    if event.what == AuditAction.JOINED and (noun := JOINED_NOUNS.get(_parse_join_reason(detail))):
        return f"{when} {noun} added"
    more = f", {format_detail(event)}" if detail else ""
    return f"{when} {escape_with_mentions(event.what, 80)}{by}{more}"


def format_detail(event: AuditEvent) -> str:
    """Return as mrkdwn what else an event says. Another case has no id there: it would help nobody to find it."""
    return escape_with_mentions(_CASE_ID.sub("", _NAMED_CASE.sub("another case", event.detail)), 120)


def _parse_join_reason(detail: str) -> JoinReason | None:
    word = detail.partition(",")[0]
    return JoinReason(word) if word in set(JoinReason) else None


def escape_with_mentions(words: str, max_length: int) -> str:
    """Escape words as mrkdwn, but keep mentions of people as mentions."""
    return _PERSON.sub(r"<@\1>", escape(truncate(sanitize_line(words), max_length)))
