"""A declared crisis in Slack: its card, the checklist, updates, receipts and the review."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.cards import action_ids
from bot.cards.block_kit import (
    Block,
    RenderedMessage,
    make_actions,
    make_button,
    make_context,
    make_header,
    make_section,
    render_text,
)
from bot.cards.paging import render_acknowledge_button, render_escalation
from bot.cards.sanitize import escape, format_date, sanitize_line
from bot.domain.adoption import UnfinishedWork
from bot.domain.crisis import ChecklistItem, Crisis, MentionCounts, TimelineEntry
from bot.domain.paging.context import PageContext
from bot.domain.paging.page import Page
from bot.domain.text import format_count, format_duration, format_percent

SHOWN = 6
"""Newest lines of the timeline on the card; the review has more."""
REVIEWED = 20


def format_crisis_title(crisis: Crisis) -> str:
    """Return the title for plain text."""
    return f"{crisis.told.severity.upper()} · {sanitize_line(crisis.told.headline, 100)}"


def build_crisis_page_context(crisis: Crisis, link: str) -> PageContext:
    return PageContext(
        headline=f"Crisis declared: {sanitize_line(crisis.told.headline, 100)}",
        severity_text=", ".join(_list_crisis_impact(crisis)),
        since=crisis.declared_at,
        location=crisis.told.department,
        card_link=link,
    )


def _list_crisis_impact(crisis: Crisis) -> list[str]:
    """List severity and size, with the open cases that the crisis took over; empty where it has neither."""
    cases = [format_count(crisis.cases_open, "open case")] if crisis.cases_open else []
    posts = [_format_crisis_numbers(crisis.numbers)] if crisis.numbers.posts else []
    return [crisis.told.severity.upper(), *cases, *posts] if cases or posts else []


def render_crisis_card(crisis: Crisis, page: Page | None = None) -> RenderedMessage:
    """Return the card, which is updated in place: status, roles, numbers, the next update."""
    mark = "🚒" if crisis.is_open else "🏁"
    numbers = _format_crisis_numbers(crisis.numbers) if crisis.counted_at else "counting…"
    lines = [
        f"*Status*: {escape(crisis.status) or 'declared, no update yet'}",
        (
            f"*Lead* {_format_role_holder(crisis.told.lead)} · *Comms* {_format_role_holder(crisis.told.comms)} · "
            f"*Legal* {_format_role_holder(crisis.told.legal)}"
        ),
        f"*Since {format_date(crisis.origin.began_at)}*: {numbers}",
        *_list_case_counts(crisis),
        _format_next_update(crisis),
    ]
    blocks = [
        make_header(f"{mark} {format_crisis_title(crisis)}"),
        make_section("\n".join(lines)),
        make_context("\n".join(map(_format_timeline_entry, crisis.timeline[-SHOWN:]))),
    ]
    press = render_acknowledge_button(page)
    blocks += render_escalation(page, 3)
    blocks += [make_actions(*press)] if press else []
    return RenderedMessage(f"{mark} {escape(format_crisis_title(crisis))}", blocks)


def _list_case_counts(crisis: Crisis) -> list[str]:
    if not crisis.cases:
        return []
    return [f"*Cases*: {format_count(len(crisis.cases), 'case')} in this crisis, {crisis.cases_open} still open"]


def render_crisis_plan(crisis: Crisis, _: Page | None = None) -> RenderedMessage:
    done = sum(1 for item in crisis.checklist if item.done_at)
    text = f"📋 *Checklist*: {done} of {len(crisis.checklist)} done"
    blocks = [make_section(text)]
    blocks += [_render_checklist_item(crisis, n, item) for n, item in enumerate(crisis.checklist)]
    return RenderedMessage(text, blocks)


def _render_checklist_item(crisis: Crisis, number: int, item: ChecklistItem) -> Block:
    if item.done_at is not None:
        return make_section(f"☑ ~{escape(item.do)}~ · <@{item.done_by}> {format_date(item.done_at, '{time}')}")
    press = make_button("Done", action_ids.CRISIS_DONE, f"{crisis.id}/{number}", a11y_label=f"Done: {item.do[:60]}")
    return make_section(f"☐ {escape(item.do)}", accessory=press if crisis.is_open else None)


def render_crisis_declared(crisis: Crisis) -> RenderedMessage:
    """Return the announcement in the department's channel, where the crisis has a channel of its own."""
    return render_text(
        f"🚒 <@{crisis.declared_by}> declared a crisis: *{escape(format_crisis_title(crisis))}*. "
        f"Follow it in <#{crisis.channel}>."
    )


def render_crisis_update(crisis: Crisis, nth: int) -> RenderedMessage:
    _, by, words = crisis.updates[nth - 1]
    return render_text(f"📣 <@{by}>: {escape(words)}")


def render_update_due(crisis: Crisis) -> RenderedMessage:
    who = crisis.told.comms or crisis.told.lead
    return render_text(
        f"⏰ {_format_role_holder(who)}, the next update is due. Post it with `{action_ids.CRISIS} update …`"
    )


def render_crisis_review(crisis: Crisis) -> RenderedMessage:
    """Return the review: response times, sentiment before and after, the timeline."""
    steps = "\n".join(f"• {name}: {when}" for name, when in _list_response_times(crisis))
    parts = [f"🏁 *Review: {escape(format_crisis_title(crisis))}*", steps, _format_sentiment_trend(crisis)]
    text = "\n".join(part for part in parts if part)
    lines = "\n".join(map(_format_timeline_entry, crisis.timeline[-REVIEWED:]))
    return render_text(text, make_context(lines))


def render_declare_receipt(crisis: Crisis) -> RenderedMessage:
    """Return the receipt for the person who declared it."""
    taken = f" It takes over {format_count(len(crisis.cases), 'open case')} and their pages." if crisis.cases else ""
    return render_text(
        f"🚒 Declared: *{escape(format_crisis_title(crisis))}*. {_format_role_holder(crisis.told.lead)} is being "
        f"paged.{taken}"
    )


def format_already_declared(crisis: Crisis) -> str:
    """Return the refusal for somebody who declares an open crisis again."""
    where = f"<#{crisis.channel}>" if crisis.channel else escape(crisis.told.department)
    return (
        f"{_format_role_holder(crisis.declared_by)} already declared this crisis: "
        f"*{escape(format_crisis_title(crisis))}* in {where}. Incident lead: {_format_role_holder(crisis.told.lead)}."
    )


def list_unfinished(unfinished: UnfinishedWork) -> list[str]:
    """List what is unfinished, for plain text."""
    parts = [format_count(len(unfinished.cases), "open case")] if unfinished.cases else []
    parts += ["its page is unacknowledged"] if unfinished.unacknowledged else []
    return [*parts, *(f"not done: {sanitize_line(item, 150)}" for item in unfinished.to_do)]


def render_open_crises(crises: Sequence[Crisis]) -> RenderedMessage:
    if not crises:
        return render_text(f"No open crisis. Declare one with `{action_ids.CRISIS} declare`.")
    where = [f" in <#{one.channel}>" if one.channel else f" in {escape(one.told.department)}" for one in crises]
    return render_text(
        "\n".join(f"• *{escape(format_crisis_title(one))}*{place}" for one, place in zip(crises, where, strict=True))
    )


def render_update_receipt(crisis: Crisis) -> RenderedMessage:
    due = f" Next one due {format_date(crisis.update_due, '{time}')}." if crisis.update_due else ""
    return render_text(f"📣 Update posted.{due}")


def render_close_receipt() -> RenderedMessage:
    return render_text("🏁 Crisis closed. The review is in the channel.")


def _list_response_times(crisis: Crisis) -> list[tuple[str, str]]:
    first = crisis.updates[0][0] if crisis.updates else None
    noticed = crisis.origin.noticed_at
    return [
        (
            "noticed",
            _format_time_since_start(crisis, noticed)
            if noticed
            else f"by {_format_role_holder(crisis.declared_by)}, who declared it",
        ),
        ("declared", _format_time_since_start(crisis, crisis.declared_at)),
        ("paged", _format_time_since_start(crisis, crisis.paged_at)),
        ("acknowledged", _format_time_since_start(crisis, crisis.acknowledged_at)),
        ("first update", _format_time_since_start(crisis, first)),
        ("closed", _format_time_since_start(crisis, crisis.closed_at)),
    ]


def _format_time_since_start(crisis: Crisis, at: datetime | None) -> str:
    if at is None:
        return "not yet" if crisis.is_open else "never"
    return f"after {format_duration(max(timedelta(), at - crisis.origin.began_at))}"


def _format_sentiment_trend(crisis: Crisis) -> str:
    if crisis.went is None:
        return ""
    spans = zip(("the hour before", "during", "the last hour"), crisis.went, strict=True)
    return "Sentiment: " + " · ".join(f"{name} {_format_crisis_numbers(numbers)}" for name, numbers in spans)


def _format_crisis_numbers(numbers: MentionCounts) -> str:
    if not numbers.posts:
        return "no posts"
    return f"{format_count(numbers.posts, 'post')}, {format_percent(100 * numbers.negative / numbers.posts)} negative"


def _format_next_update(crisis: Crisis) -> str:
    if crisis.closed_at is not None:
        return f"*Closed* by {_format_role_holder(crisis.closed_by)} {format_date(crisis.closed_at)}"
    return f"*Next update due* {format_date(crisis.update_due, '{time}')}" if crisis.update_due else ""


def _format_timeline_entry(entry: TimelineEntry) -> str:
    return f"{format_date(entry.at, '{time}')} {_format_role_holder(entry.by) if entry.by else 'Earshot'} {entry.what}"


def _format_role_holder(person: str) -> str:
    return f"<@{person}>" if person else "nobody"
