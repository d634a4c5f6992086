"""Pages in Slack: the message to a person who is called, and the escalation on a card."""

from bot.cards import action_ids
from bot.cards.block_kit import (
    Block,
    RenderedMessage,
    make_actions,
    make_button,
    make_context,
    make_line,
    make_quote,
    make_rich_text,
    make_run,
    make_section,
    render_text,
)
from bot.cards.page_text import (
    SEVERITY_MARKS,
    format_after_acknowledge,
    format_earlier_suffix,
    format_headline,
    format_lock_screen_text,
)
from bot.cards.sanitize import escape, escape_name, format_date, sanitize_line
from bot.domain.destination import Callee, ToChannel, parse_callee
from bot.domain.paging.context import PageContext
from bot.domain.paging.escalation import format_ack_method, format_acknowledger
from bot.domain.paging.page import AttemptStatus, CauseKind, Page, PageAttempt
from bot.domain.text import format_duration

SHOWN = 8
"""Newest attempts on a card, which also tells how many came before."""
MARKS = {
    AttemptStatus.WAITING: "…",
    AttemptStatus.SENDING: "…",
    AttemptStatus.DELIVERED: "✓",
    AttemptStatus.ANSWERED: "✓",
    AttemptStatus.QUIET: "☾",
    AttemptStatus.DROPPED: "–",
}
ENDS = {
    AttemptStatus.WAITING: "paging next",
    AttemptStatus.SENDING: "paging now",
    AttemptStatus.DELIVERED: "delivered",
    AttemptStatus.ANSWERED: "delivered, answered",
    AttemptStatus.MISSED: "no answer",
    AttemptStatus.QUIET: "delivered, but do-not-disturb is on",
    AttemptStatus.REFUSED: "rejected",
    AttemptStatus.LOST: "no response from the service",
    AttemptStatus.LATER: "not sent",
    AttemptStatus.DROPPED: "no longer needed",
}


def render_page(page: Page, context: PageContext, to: Callee) -> RenderedMessage:
    """Return the one message about a page to a person or channel, in its current status."""
    return (
        render_open_page(page, context, to)
        if page.is_open and not page.leader
        else _render_settled_page(page, context, to)
    )


def render_open_page(page: Page, context: PageContext, to: Callee) -> RenderedMessage:
    """Return the message while the page is open."""
    drill = "*DRILL.* " if page.cause.kind is CauseKind.DRILL else ""
    to_you = f"You're on call for {escape(context.location)}." if context.location else "You're being paged."
    to_you = "Nobody who was paged has answered." if isinstance(to, ToChannel) else to_you
    bad = f", {escape(context.severity_text)}" if context.severity_text else ""
    words = (
        f"{SEVERITY_MARKS[page.severity]} {drill}{_format_newest_time(context)}{to_you} "
        f"*{escape_name(format_headline(context))}*{bad}, "
        f"{_format_since(context)}. Press *Acknowledge* if you've got it. Otherwise the next person is paged."
    )
    presses = make_actions(*_render_page_buttons(page, context))
    return RenderedMessage(
        format_lock_screen_text(page, context),
        [make_section(words), *_render_page_quote(context), *_render_earlier_count(context), presses],
    )


def _render_settled_page(page: Page, context: PageContext, to: Callee) -> RenderedMessage:
    """Return the message once the page is settled: only buttons for whoever acknowledged it are left."""
    stands, new = _format_page_status(page, context), f" {_format_newest_time(context)}".rstrip()
    blocks = [make_section(stands + new), *_render_page_quote(context), *_render_earlier_count(context)]
    unclaimed = context.case_id and page.is_awaiting_claim and not page.taken_by
    theirs = isinstance(to, ToChannel) or to.id == page.acknowledged_by
    claims = [_render_claim_case_button(context)] if unclaimed and theirs else []
    if buttons_left := [*claims, *_render_page_links(context)]:
        blocks.append(make_actions(*buttons_left))
    return RenderedMessage(stands + new, blocks)


def _format_page_status(page: Page, context: PageContext) -> str:
    if page.closed_at is not None and not page.is_acknowledged:
        return "📟 Closed unanswered. There is nothing left to do."
    if page.taken_by:
        return (
            f"✅ <@{page.taken_by}> claimed the case. Page acknowledged by "
            f"{format_acknowledger(page)}{_format_response_time(page)}."
        )
    if not page.leader:
        return render_acknowledged(page, context).text
    # A page that follows from its first moment has no message, so this one was taken over.
    had = f"Acknowledged by {format_acknowledger(page)}{_format_response_time(page)}. " if page.is_acknowledged else ""
    return f"🚨 {had}This case is now part of a declared crisis, which has its own page."


def render_page_alert(page: Page, context: PageContext, to: Callee) -> RenderedMessage:
    """Return a short message beside the edited one, since an edit does not notify."""
    person = "" if isinstance(to, ToChannel) else f"{to.mention} "
    if page.is_open:
        words = f"{person}Still no answer. {format_lock_screen_text(page, context)}"
    else:
        words = f"{person}{format_lock_screen_text(page, context)}"
    return RenderedMessage(words, [])


def _format_newest_time(context: PageContext) -> str:
    return f"*NEW {format_date(context.newest_at, '{time}')}* " if context.newest_at else ""


def _format_since(context: PageContext) -> str:
    return f"since {format_date(context.since)}"


def _render_earlier_count(context: PageContext) -> list[Block]:
    if not context.earlier_count:
        return []
    return [make_context(f"{format_earlier_suffix(context).strip()}, {_format_since(context)}")]


def _render_page_quote(context: PageContext) -> list[Block]:
    if not context.quote:
        return []
    author = make_line(make_run(sanitize_line(context.author, 60) or "somebody", bold=True))
    return [make_rich_text(author, make_quote(make_run(context.quote, max_length=300)))]


def _render_page_buttons(page: Page, context: PageContext) -> list[Block]:
    """List the buttons of an open page. Claiming the case acknowledges the page, too."""
    found = [_make_acknowledge_button(page, action_ids.ACKNOWLEDGE_HERE)]
    if context.case_id:
        found.append(_render_claim_case_button(context))
    return [*found, *_render_page_links(context)]


def _render_claim_case_button(context: PageContext) -> Block:
    return make_button(
        "Claim", action_ids.CLAIM_HERE, context.case_id, a11y_label="Claim the case and acknowledge the page"
    )


def _render_page_links(context: PageContext) -> list[Block]:
    label = "View case" if context.case_id else "View card"
    card = [make_button(label, action_ids.OPEN_CARD, url=context.card_link)] if context.card_link else []
    return [*card, *_render_open_post_link(context)]


def _render_open_post_link(context: PageContext) -> list[Block]:
    found = make_button("Open post", action_ids.OPEN_POST, url=context.url, a11y_label="Open the post")
    return [found] if "url" in found else []


def _make_acknowledge_button(page: Page, action: str) -> Block:
    return make_button("Acknowledge", action, page.id, style="danger", a11y_label="Acknowledge the page")


def render_acknowledged(page: Page, context: PageContext | None = None) -> RenderedMessage:
    """Return what replaces the message once its page is acknowledged."""
    again = format_date(context.again_at, "{time}") if context and context.again_at else ""
    by = f"{format_acknowledger(page)}{_format_response_time(page)}"
    return render_text(f"✅ Acknowledged by {by}. {format_after_acknowledge(page, again)}")


def _format_response_time(page: Page) -> str:
    if page.acknowledged_at is None:
        return ""
    return f" ({format_duration(page.acknowledged_at - page.opened_at)})"


def render_acknowledge_button(page: Page | None) -> list[Block]:
    """Return the button for a card while the page is open."""
    return [_make_acknowledge_button(page, action_ids.ACKNOWLEDGE)] if page is not None and page.is_open else []


def render_escalation(page: Page | None, shown: int = SHOWN) -> list[Block]:
    """Return the status of the escalation and its newest `shown` attempts; [] without a page."""
    if page is None:
        return []
    lines = [format_escalation_status(page), *_list_reescalation(page)]
    if page.hole or page.nobody:
        lines.append(format_schedule_gap(page))
    if shown:
        lines += _list_attempts(page, shown)
        lines += [f"✋ {format_date(one.at, '{time}')} <@{one.person}> can't take it" for one in page.declined[-shown:]]
    return [make_context("\n".join(lines))]


def format_escalation_status(page: Page, *, is_brief: bool = False) -> str:
    """Return the state of a page as mrkdwn. `is_brief`: for the one line of a card, without how and how fast."""
    if page.is_acknowledged:
        how = "" if is_brief else f"{format_ack_method(page)}{_format_response_time(page)}"
        return f"📟 *Acknowledged* by {format_acknowledger(page)}{how}"
    if page.closed_at is not None:
        return "📟 *Closed unanswered*"
    if page.held_until is not None:
        return f"🌙 *On hold* for quiet hours. Paging starts {format_date(page.held_until, '{time}')}"
    if page.due is None:
        return "📟 *Nobody answered*, and nobody else is paged"
    if page.leader:
        return f"📟 *Included in another page* since {format_date(page.opened_at, '{time}')}: no answer yet"
    again = f", round {page.attempts[-1].round}" if page.attempts and page.attempts[-1].round > 1 else ""
    return f"📟 *Paging* since {format_date(page.opened_at, '{time}')}{again}: no answer yet"


def _list_reescalation(page: Page) -> list[str]:
    before = page.unclaimed
    if before is None:
        return []
    by = f"<@{before.by}>" if before.by else f"somebody via {before.way}"
    at, again = format_date(before.at, "{time}"), format_date(before.again_at, "{time}")
    return [f"⏰ Acknowledged by {by} at {at}, still unclaimed. Paging again since {again}"]


def format_schedule_gap(page: Page) -> str:
    """Say that nobody was on call, and who is called instead."""
    if page.nobody:
        return "⚠️ *Nobody can be paged*: coverage gap, and there is neither a fallback nor a manager"
    return "⚠️ Coverage gap: nobody was on call, so the fallback and the managers are paged"


def _list_attempts(page: Page, shown: int) -> list[str]:
    last = page.attempts[-shown:]
    earlier = page.count - len(last)
    return ([f"… and {earlier} earlier"] if earlier > 0 else []) + [_format_attempt(one) for one in last]


def _format_attempt(one: PageAttempt) -> str:
    mark = MARKS.get(one.result, "✗")
    why = f": {escape(one.detail)}" if one.detail else ""
    who = parse_callee(one.person).mention if one.person else "the person on call there"
    return f"{mark} {format_date(one.at, '{time}')} {who} via {one.way.label}, {ENDS[one.result]}{why}"
