"""Messages about drills. Each of them says DRILL."""

from bot.cards.action_ids import ONCALL
from bot.cards.block_kit import RenderedMessage, render_text
from bot.cards.paging import render_escalation
from bot.cards.sanitize import escape, format_date
from bot.domain.drills import Drill
from bot.domain.paging.context import PageContext
from bot.domain.paging.escalation import format_ack_method, format_acknowledger
from bot.domain.paging.page import AttemptStatus, Page
from bot.domain.text import format_duration, join_words


def build_drill_page_context(drill: Drill) -> PageContext:
    """Return the context of a drill's page, which says that nothing is wrong."""
    return PageContext(
        headline=f"DRILL for {drill.department}, nothing is wrong",
        severity_text="",
        since=drill.opened_at,
        location=drill.department,
    )


def render_drill_started(drill: Drill) -> RenderedMessage:
    """Return the receipt for the person who started it."""
    text = (
        f"📟 *DRILL* for {escape(drill.department)}: paging the people on call on all channels until somebody "
        "acknowledges. You and the channel get a receipt."
    )
    return render_text(text)


def render_drill_receipt(drill: Drill, page: Page | None) -> RenderedMessage:
    """Return how the drill ended, with the escalation."""
    if page is None or not page.is_acknowledged:
        text = (
            f"❌ *DRILL* for {escape(drill.department)}: nobody answered, so the drill is over. "
            f"{_format_repeat_hint(drill)}"
        )
    elif drill.is_missed:
        text = (
            f"⚠️ *DRILL* for {escape(drill.department)}: {_format_drill_answer(page)}, but {drill.why}. "
            f"{_format_repeat_hint(drill)}"
        )
    else:
        text = f"✅ *DRILL* for {escape(drill.department)}: {_format_drill_answer(page)}."
    return render_text(text, *render_escalation(page))


def render_drill_missed(drill: Drill, page: Page | None) -> RenderedMessage:
    """Return the notice to the managers and the channel as soon as a drill is missed."""
    goes_on = " The next in line is being paged." if page and page.is_open and not page.nobody else ""
    text = f"⚠️ *DRILL* for {escape(drill.department)} missed: {drill.why}.{goes_on} {_format_repeat_hint(drill)}"
    return render_text(text, *render_escalation(page))


def format_drill_status(drill: Drill | None) -> str:
    """Return the drill's part of a line of `/oncall`; '' where nothing is to be done."""
    if drill is None or (not drill.is_running and not drill.is_missed):
        return ""
    if drill.is_missed:
        return f" ⚠️ Its drill of {format_date(drill.opened_at)} was missed: {drill.why}. {_format_repeat_hint(drill)}"
    return f" A drill has been running since {format_date(drill.opened_at, '{time}')}."


def _format_drill_answer(page: Page) -> str:
    """Return `acknowledged by @ben in 94 s via Slack (paged via Slack and ntfy), do-not-disturb was on`."""
    at = page.acknowledged_at or page.opened_at
    waited = at - page.opened_at
    seconds = int(waited.total_seconds())
    theirs = [
        one for one in page.attempts if one.person == page.acknowledged_by and one.result is not AttemptStatus.DROPPED
    ]
    ways = list(dict.fromkeys(one.way.label for one in theirs))
    called = f" (paged via {join_words(ways)})" if ways else ""
    quiet = ", do-not-disturb was on" if any(one.result is AttemptStatus.QUIET for one in theirs) else ""
    span = f"{seconds} s" if seconds < 180 else format_duration(waited)
    via = format_ack_method(page)
    return f"acknowledged by {format_acknowledger(page)} in {span}{via}{called}{quiet}"


def _format_repeat_hint(drill: Drill) -> str:
    return f"Repeat it until one succeeds: `{ONCALL} drill {escape(drill.department)}`."
