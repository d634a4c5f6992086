"""The message to somebody on call about all unclaimed cases they were called for, and the modal that lists these."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from bot.cards import action_ids
from bot.cards.block_kit import (
    Block,
    RenderedMessage,
    make_actions,
    make_button,
    make_context,
    make_mrkdwn,
    make_plain_text,
    make_section,
    render_text,
)
from bot.cards.case import render_open_post_button
from bot.cards.case_mention import escape_author, format_author, format_kind, format_kind_noun, render_quotation
from bot.cards.case_messages import (
    WORDS_SHOWN,
    format_channel,
    render_card_link,
    render_claim_button,
    render_claimed,
    render_reminder_outcome,
)
from bot.cards.sanitize import escape, format_date_near, sanitize_line
from bot.domain.case import Case, CaseStatus
from bot.domain.cases.deadlines import DEFAULT_REMIND_EVERY, find_people_to_notify, is_paged
from bot.domain.cases.roll_ups import RollUp
from bot.domain.department import Department
from bot.domain.destination import Callee, ToChannel, ToPerson
from bot.domain.oncall.on_call import OnCallSnapshot
from bot.domain.text import format_duration

MOST_CASES = 20
"""Cases in the modal: each takes two of Slack's 100 blocks, and most of what a phone shows."""
LINE_SHOWN = 160


class RollUpView(NamedTuple):
    """The unclaimed cases of a roll-up, oldest first, with links to their cards. `total`: how many there are."""

    roll_up: RollUp
    department: Department
    cases: Sequence[Case]
    links: Mapping[str, str]
    total: int
    oldest: datetime | None
    at: datetime


def render_roll_up(
    roll_up: RollUp, total: int, oldest: datetime, department: Department, on_call: OnCallSnapshot, at: datetime
) -> RenderedMessage:
    """Return the message about several cases."""
    words = f"📟 {_format_total(department, total, oldest, at)}. {_format_why_called(on_call, roll_up.to)}"
    show = make_button("View list", action_ids.ROLL_UP_LIST, str(roll_up), style="primary")
    return render_text(words, make_actions(show))


def render_case_call(
    case: Case,
    department: Department,
    on_call: OnCallSnapshot,
    to: Callee,
    at: datetime,
    link: str = "",
    caution: str = "",
) -> RenderedMessage:
    """Return the message about one case: with its words, and who is next. `caution`: what *Open post…* says first."""
    since = format_date_near(case.opened_at, at)
    mark = "🚨" if case.is_urgent else "📟"
    what = f"{format_kind_noun(case)} from {escape_author(case.mention)}"
    why = f"{_format_why_called(on_call, to)}{_format_next_step(case, department, on_call)}"
    words = f"{mark} Unclaimed since {since} in {format_channel(department)}: {what}. {why}"
    post = render_open_post_button(case, caution=caution)
    actions = [render_claim_button(case), *render_card_link(link), *post]
    return render_text(words, render_quotation(case.mention, WORDS_SHOWN), make_actions(*actions))


def render_roll_up_end(department: Department, case: Case | None = None) -> RenderedMessage:
    """Return what the message says once nothing waits. `case`: the one that it was about."""
    if case is not None and case.status is CaseStatus.CLAIMED:
        return render_claimed(case, department)
    if case is not None and (case.status is CaseStatus.RESOLVED or case.department != department.name):
        return render_reminder_outcome(case)
    if case is not None and case.is_snoozed:
        return render_text(f"💤 Snoozed: {format_kind_noun(case)} from {escape_author(case.mention)}.")
    return render_text(f"✅ All claimed in {format_channel(department)}.")


def render_old_roll_up() -> RenderedMessage:
    return render_text("↪️ This list is closed. Anything still unclaimed is in the newest message.")


def render_roll_up_modal(view: RollUpView) -> dict[str, Any]:
    blocks: list[Block] = []
    if view.oldest is None:
        blocks.append(make_section(f"✅ All claimed in {format_channel(view.department)}."))
    else:
        shown = " The oldest are listed. Claim one and the next moves up." if view.total > len(view.cases) else ""
        blocks.append(make_context(f"{_format_total(view.department, view.total, view.oldest, view.at)}.{shown}"))
    for case in view.cases:
        blocks += _render_line(case, view.links.get(case.id, ""), view.at)
    return {
        "type": "modal",
        "title": make_plain_text("Unclaimed cases", 24),
        "close": make_plain_text("Close"),
        "private_metadata": str(view.roll_up),
        "blocks": blocks,
    }


def _render_line(case: Case, link: str, at: datetime) -> list[Block]:
    author = format_author(case.mention, 30)
    waited = format_duration(at - case.opened_at)
    facts = make_mrkdwn(f"{format_kind(case)} · {case.priority.capitalize()} · unclaimed for {waited}")
    label = f"Claim: {format_kind_noun(case)} from {author}"
    claim = make_button("Claim", action_ids.ROLL_UP_CLAIM, case.id, style="primary", a11y_label=label)
    words = make_plain_text(f"{author}: {sanitize_line(case.mention.text, LINE_SHOWN)}", 250)
    return [make_section(words, fields=[facts]), make_actions(claim, *render_card_link(link, "View"))]


def _format_total(department: Department, total: int, oldest: datetime, at: datetime) -> str:
    return f"*{total:,} unclaimed* in {format_channel(department)}, oldest since {format_date_near(oldest, at)}"


def _format_why_called(on_call: OnCallSnapshot, to: Callee) -> str:
    """Say why the reader is told: they were on call when they were called, which may be over by now."""
    if on_call.has_gap:
        gap = f"Nobody is on call: coverage gap in {escape(on_call.schedule)}."
        return gap if isinstance(to, ToChannel) else f"{gap} You're the backup."
    is_on_call = isinstance(to, ToPerson) and to.id in on_call.people
    return "You're on call." if is_on_call else "You were on call for it."


def _format_next_step(case: Case, department: Department, on_call: OnCallSnapshot) -> str:
    if not is_paged(case, department):
        return ""
    if not find_people_to_notify(case, department, on_call):
        return " You're the last in line – if you can't, pass it on."
    within = format_duration(case.clocks.remind_every or DEFAULT_REMIND_EVERY)
    return f" The next person is called in {within}."
