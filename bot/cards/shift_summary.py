"""The shift summary: what happened, and what is open."""

from bot.cards.block_kit import Block, RenderedMessage, make_line, make_rich_text, make_section, render_text
from bot.cards.crises import format_crisis_title
from bot.cards.sanitize import escape, format_date
from bot.cards.spikes import describe_spike, format_spike_title
from bot.domain.crisis import Crisis
from bot.domain.paging.escalation import format_acknowledger
from bot.domain.paging.page import CauseKind, Page
from bot.domain.shift_summary import ShiftSummary
from bot.domain.text import format_count, format_duration

SHOWN = 10


def render_shift_summary(summary: ShiftSummary) -> RenderedMessage | None:
    """Return the summary of a night, or None where there is nothing to say."""
    return _render_summary(f"🌅 *Overnight in {escape(summary.department)}*", summary)


def render_hand_over_summary(summary: ShiftSummary, to: str) -> RenderedMessage | None:
    """Return the summary at a hand-over. `to` is on call from now on; '' where nobody is."""
    now = f": <@{to}> is on call now" if to else ": nobody is on call now"
    return _render_summary(f"🤝 *Hand-over for {escape(summary.department)}*{now}", summary)


def _render_summary(head: str, summary: ShiftSummary) -> RenderedMessage | None:
    if summary.is_empty:
        return None
    waits = f"{format_count(summary.waiting, 'case')} open" if summary.waiting else "nothing open"
    overdue = f", {summary.overdue:,} overdue" if summary.overdue else ""
    seen = f"{format_count(summary.posts, 'post')}, {summary.negative:,} negative"
    before = [
        f"{head}. Since {format_date(summary.since, '{time}')}: {seen}.",
        *(_format_page_line(one) for one in summary.pages[-SHOWN:]),
    ]
    missed = []
    if drill := summary.missed:
        missed = [
            f"⚠️ The drill of {format_date(drill.opened_at)} was missed: {drill.why}. Repeat it until one succeeds"
        ]
    after = [*(_format_crisis_line(one) for one in summary.crises[:SHOWN]), *missed, f"*Now*: {waits}{overdue}."]
    lines = [make_line(f"🌊 {format_spike_title(one)}: {describe_spike(one)}") for one in summary.episodes[:SHOWN]]
    spikes = [make_rich_text(*lines)] if lines else []
    blocks = [_render_lines(before), *spikes, _render_lines(after)]
    return RenderedMessage(before[0], blocks)


def _render_lines(lines: list[str]) -> Block:
    return make_section("\n".join(lines))


def _format_crisis_line(crisis: Crisis) -> str:
    where = f"<#{crisis.channel}>" if crisis.channel else "this channel"
    return f"🚒 *{escape(format_crisis_title(crisis))}*, open since {format_date(crisis.declared_at)} in {where}"


def render_page_limit_notice() -> RenderedMessage:
    """Return the direct message to somebody who reached their page limit."""
    text = "🌙 You've been paged enough tonight. Until noon, only SEV1 pages you. The next in line gets the rest."
    return render_text(text)


def _format_page_line(page: Page) -> str:
    if page.acknowledged_at is None:
        waits = f"on hold until {format_date(page.held_until, '{time}')} for quiet hours" if page.held_until else ""
        ended = "closed unanswered" if page.closed_at else waits or "*no answer yet*"
    else:
        ended = (
            f"acknowledged by {format_acknowledger(page)} ({format_duration(page.acknowledged_at - page.opened_at)})"
        )
    drill = "drill, " if page.cause.kind is CauseKind.DRILL else ""
    return f"📟 {format_date(page.opened_at, '{time}')} paged ({drill}{page.severity.upper()}): {ended}"
