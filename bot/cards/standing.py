"""How a case stands: status, clock, owner, what joined it and what happened to it. The lower half of a card."""

import re
from datetime import datetime

from bot.cards import drawing
from bot.cards.drawing import Block
from bot.cards.words import cut, escape, moment, one_line
from bot.domain.audit import AuditEvent
from bot.domain.case import Case, CaseStatus, JoinedMention, JoinReason
from bot.domain.department import Department
from bot.domain.words import format_count, format_duration

HISTORY_SHOWN = 6
JOINED_SHOWN = 3
AUTHORITY_SHOWN = 500
VOICE_SHOWN = 250

_PERSON = re.compile(r"&lt;@([UW][A-Z0-9]{1,20})&gt;")
JOINED_WHY = {JoinReason.COPY: "the same words", JoinReason.SAME_PERSON: "wrote again"}


def status(case: Case, at: datetime) -> str:
    """One line of mrkdwn: a mark, the word, the owner, the clock."""
    if case.status is CaseStatus.RESOLVED:
        how = f": {case.resolution.value}" if case.resolution else ""
        return f"✅ *Resolved*{_by(case.closed_by)}{how}{_at(case.resolved_at)}"
    late = case.is_overdue(at)
    mark = "⏰" if late else {CaseStatus.NEW: "🆕", CaseStatus.CLAIMED: "🙋"}[case.status]
    word = "Claimed" if case.status is CaseStatus.CLAIMED else "New"
    clock = f" · {_clock(case, late=late)}" if case.due else ""
    return f"{mark} *{word}*{_by(case.owner)}{clock}"


def _by(person: str) -> str:
    return f" by <@{person}>" if person else ""


def _at(moment_of: datetime | None) -> str:
    return f" · {moment(moment_of)}" if moment_of else ""


def _clock(case: Case, *, late: bool) -> str:
    assert case.due is not None
    to_do = "claim" if case.status is CaseStatus.NEW else "resolve"
    if late:
        return f"*OVERDUE*, to {to_do} by {moment(case.due)}"
    return f"{to_do} by {moment(case.due)}{_within(case, ' (within {})')}"


def _within(case: Case, form: str) -> str:
    """The span that the route gives, which stays true however old the drawing is."""
    within = case.clocks.claim_within if case.status is CaseStatus.NEW else case.clocks.resolve_within
    return form.format(format_duration(within)) if within else ""


def spoken(case: Case, at: datetime | None = None) -> str:
    """The status for the ear: `new, claim within 15 min`."""
    if case.status is CaseStatus.RESOLVED:
        return f"resolved{_by(case.closed_by)}" + (f" ({case.resolution.value})" if case.resolution else "")
    word = f"claimed{_by(case.owner)}" if case.status is CaseStatus.CLAIMED else "new"
    if at is not None and case.is_overdue(at):
        return f"{word}, OVERDUE"
    to_do = "claim" if case.status is CaseStatus.NEW else "resolve"
    return f"{word}{_within(case, f', {to_do} within {{}}')}" if case.due else word


def authority(department: Department) -> Block | None:
    """What the owner may offer, and how the brand sounds: what they need to write an answer."""
    given = (
        ("Within your authority", department.authority, AUTHORITY_SHOWN),
        ("Our voice", department.voice, VOICE_SHOWN),
    )
    lines = [f"*{label}:* {escape(one_line(words, most))}" for label, words, most in given if words.strip()]
    return drawing.context(drawing.mrkdwn("\n".join(lines))) if lines else None


def note(case: Case) -> Block | None:
    """A colleague's words, which may quote anybody's."""
    words = one_line(case.note, 400)
    if not words:
        return None
    return drawing.rich_text(drawing.line(drawing.run("Note: ", bold=True), drawing.run(words)))


def joined(case: Case, shown: int = JOINED_SHOWN) -> Block | None:
    """How many joined, and the last few with why and a link."""
    if not case.joined_count:
        return None
    last = case.joined[-shown:] if shown else ()
    earlier = case.joined_count - len(last)
    head = f"{format_count(case.joined_count, 'post')} joined this case"
    if not last:
        return drawing.rich_text(drawing.line(drawing.run(head, bold=True)))
    rest = [drawing.line(drawing.run(f"… and {earlier:,} earlier", italic=True))] if earlier > 0 else []
    return drawing.rich_text(
        drawing.line(drawing.run(head, bold=True)),
        drawing.bullets(*rest, *(_one_joined(one) for one in last)),
    )


def _one_joined(one: JoinedMention) -> Block:
    return drawing.line(
        drawing.link(one.url, one_line(one.who, 60) or "somebody"),
        drawing.run(f" · {JOINED_WHY[one.why]} · "),
        drawing.when(one.at),
    )


def history(case: Case, shown: int = HISTORY_SHOWN) -> Block:
    """What happened, a line each, oldest first; the case's id, by which it can be asked for."""
    last = case.history[-shown:] if shown else ()
    earlier = len(case.history) - len(last)
    lines = [f"Case {case.id}"]
    if earlier > 0:
        lines.append(f"… and {earlier} earlier")
    lines += [told(event) for event in last]
    return drawing.context(drawing.mrkdwn("\n".join(lines), 2000))


def told(event: AuditEvent) -> str:
    """One line of mrkdwn. Everything is escaped, and then people's ids are made people again."""
    by = f" by <@{event.by}>" if event.by else ""
    detail = f", {ours(event.detail, 120)}" if event.detail else ""
    return f"{moment(event.at, '{time}')} {ours(event.what, 80)}{by}{detail}"


def ours(words: str, most: int) -> str:
    """Our own words as mrkdwn: nothing in them is markup but a colleague's id."""
    return _PERSON.sub(r"<@\1>", escape(cut(one_line(words), most)))
