"""The lower half of a case card: status, deadline, owner, joined posts, history."""

import re
from datetime import datetime

from bot.cards.block_kit import (
    Block,
    make_bullets,
    make_context,
    make_date,
    make_line,
    make_link,
    make_rich_text,
    make_run,
)
from bot.cards.sanitize import escape, format_date, sanitize_line, truncate
from bot.cards.snooze import format_snooze
from bot.domain.audit import AuditEvent
from bot.domain.case import Case, CaseStatus, JoinReason
from bot.domain.department import Department
from bot.domain.text import format_count, format_duration, format_people

HISTORY_SHOWN = 6
JOINED_SHOWN = 3
AUTHORITY_SHOWN = 500
VOICE_SHOWN = 250

_PERSON = re.compile(r"&lt;@([UW][A-Z0-9]{1,20})&gt;")
JOINED_WHY = {JoinReason.COPY: "the same words", JoinReason.SAME_PERSON: "wrote again"}


def format_status(case: Case, at: datetime) -> str:
    """Return one line of mrkdwn: an emoji, the status, the owner, the deadline."""
    if case.status is CaseStatus.RESOLVED:
        how = f": {case.resolution.value}" if case.resolution else ""
        when = f" · {format_date(case.resolved_at)}" if case.resolved_at else ""
        return f"✅ *Resolved*{_format_actor(case.closed_by)}{how}{when}"
    if snoozed := format_snooze(case):
        return f"😴 *{snoozed}*{f' · claimed{_format_actor(case.owner)}' if case.owner else ''}"
    late = case.is_overdue(at)
    mark = "⏰" if late else {CaseStatus.NEW: "🆕", CaseStatus.CLAIMED: "🙋"}[case.status]
    word = "Claimed" if case.status is CaseStatus.CLAIMED else "New"
    clock = f" · {_format_deadline(case, late=late)}" if case.due else ""
    return f"{mark} *{word}*{_format_actor(case.owner)}{clock}"


def _format_actor(person: str) -> str:
    return f" by <@{person}>" if person else ""


def _format_deadline(case: Case, *, late: bool) -> str:
    assert case.due is not None
    to_do = "claim" if case.status is CaseStatus.NEW else "resolve"
    if late:
        return f"*OVERDUE*, to {to_do} by {format_date(case.due)}"
    return f"{to_do} by {format_date(case.due)}{_format_time_limit(case, ' (within {})')}"


def _format_time_limit(case: Case, template: str) -> str:
    """Fill in the time limit of the route, which stays true however old the card is."""
    within = case.clocks.claim_within if case.status is CaseStatus.NEW else case.clocks.resolve_within
    return template.format(format_duration(within)) if within else ""


def format_point(case: Case, department: Department) -> str:
    """Return whom to ask first about a case that waits, by name: a mention would notify them."""
    waits = case.status is CaseStatus.NEW and department.point_name
    return f"point: @{escape(sanitize_line(department.point_name, 40))}" if waits else ""


def format_thanks(case: Case) -> str:
    """Return who thanked the author, or nothing."""
    return f"thanked by {format_people(case.thanked_by)}" if case.thanked_by else ""


def format_plain_status(case: Case, at: datetime | None = None) -> str:
    """Return the status without markup, for screen readers: `new, claim within 15 min`."""
    if case.status is CaseStatus.RESOLVED:
        return f"resolved{_format_actor(case.closed_by)}" + (f" ({case.resolution.value})" if case.resolution else "")
    word = f"claimed{_format_actor(case.owner)}" if case.status is CaseStatus.CLAIMED else "new"
    if case.is_snoozed:
        return f"{word}, snoozed"
    if at is not None and case.is_overdue(at):
        return f"{word}, OVERDUE"
    to_do = "claim" if case.status is CaseStatus.NEW else "resolve"
    return f"{word}{_format_time_limit(case, f', {to_do} within {{}}')}" if case.due else word


def render_authority(department: Department) -> Block | None:
    """Return what the owner may offer and how the brand sounds, or None."""
    given = (
        ("Within your authority", department.authority, AUTHORITY_SHOWN),
        ("Our voice", department.voice, VOICE_SHOWN),
    )
    lines = [f"*{label}:* {escape(sanitize_line(words, most))}" for label, words, most in given if words.strip()]
    return make_context("\n".join(lines)) if lines else None


def render_note(case: Case) -> Block | None:
    """Return the note as rich text, because it may quote untrusted words."""
    words = sanitize_line(case.note, 400)
    if not words:
        return None
    return make_rich_text(make_line(make_run("Note: ", bold=True), words))


def render_joined_mentions(case: Case, shown: int = JOINED_SHOWN) -> Block | None:
    """Return how many posts joined, and the newest `shown` of them with a link and the reason."""
    if not case.joined_count:
        return None
    last = case.joined[-shown:] if shown else ()
    earlier = case.joined_count - len(last)
    head = f"{format_count(case.joined_count, 'post')} joined this case"
    if not last:
        return make_rich_text(make_line(make_run(head, bold=True)))
    joined = [
        make_line(
            make_link(one.url, sanitize_line(one.who, 60) or "somebody"),
            f" · {JOINED_WHY[one.why]} · ",
            make_date(one.at),
        )
        for one in last
    ]
    rest = [make_line(make_run(f"… and {earlier:,} earlier", italic=True))] if earlier > 0 else []
    return make_rich_text(make_line(make_run(head, bold=True)), make_bullets(*rest, *joined))


def render_history(case: Case, shown: int = HISTORY_SHOWN) -> Block:
    """Return the case id and the newest `shown` events, oldest first."""
    last = case.history[-shown:] if shown else ()
    earlier = len(case.history) - len(last)
    lines = [f"Case {case.id}"]
    if earlier > 0:
        lines.append(f"… and {earlier} earlier")
    lines += [format_audit_event(event) for event in last]
    return make_context("\n".join(lines))


def format_audit_event(event: AuditEvent) -> str:
    """Return one line of mrkdwn, escaped but for mentions of people."""
    by = f" by <@{event.by}>" if event.by else ""
    detail = f", {escape_with_mentions(event.detail, 120)}" if event.detail else ""
    return f"{format_date(event.at, '{time}')} {escape_with_mentions(event.what, 80)}{by}{detail}"


def escape_with_mentions(words: str, max_length: int) -> str:
    """Escape words as mrkdwn, but keep mentions of people as mentions."""
    return _PERSON.sub(r"<@\1>", escape(truncate(sanitize_line(words), max_length)))
