"""Render the card of a case from the case, its department, its page and the time."""

from collections.abc import Sequence
from datetime import datetime
from importlib import import_module

from bot.cards import action_ids
from bot.cards.block_kit import (
    Block,
    RenderedMessage,
    is_within_limits,
    make_actions,
    make_button,
    make_context,
    make_plain_text,
    make_section,
)
from bot.cards.case_assessment import render_labels, render_reasons
from bot.cards.case_buttons import CaseButton
from bot.cards.case_mention import (
    WORDLESS,
    escape_author,
    format_author,
    format_kind,
    format_kind_noun,
    format_sentiment,
    render_case_title,
    render_quotation,
    render_text_before_edit,
)
from bot.cards.case_status import (
    format_plain_status,
    format_point,
    format_status,
    format_thanks,
    render_authority,
    render_history,
    render_joined_mentions,
    render_note,
)
from bot.cards.paging import render_acknowledge_button, render_escalation
from bot.cards.sanitize import escape, sanitize_line, sanitize_url
from bot.domain.case import Case, CaseStatus
from bot.domain.cases.colleague_transitions import ROUTE_CHANGES
from bot.domain.department import Department
from bot.domain.paging.page import Page

NOT_YET = "You aren't on a team here, so somebody there confirms it before anybody is paged."
SIZES = ((600, 6, 3), (600, 3, 1), (300, 1, 0))
"""Characters of the post, lines of history (two more of attempts), joined posts. The first that fits is used."""
BUTTON_MODULES = ("case_buttons", "snooze")
"""Which declare the `BUTTONS` of a card, in their order."""
CASE_BUTTONS: Sequence[CaseButton] = [
    button for name in BUTTON_MODULES for button in import_module(f"bot.cards.{name}").BUTTONS
]


def render_case(case: Case, department: Department, at: datetime, page: Page | None = None) -> RenderedMessage:
    for size in SIZES:
        blocks = _render_case_blocks(case, department, at, page, *size)
        if is_within_limits(blocks):
            break
    return RenderedMessage(format_case_headline(case, at), blocks)


def format_case_headline(case: Case, at: datetime | None = None) -> str:
    """Return the text for notifications and screen readers: mrkdwn with untrusted words escaped."""
    found = case.assessment
    first = ", ".join(part for part in (format_sentiment(found), format_plain_status(case, at)) if part)
    more = f", {case.joined_count:,} joined" if case.joined_count else ""
    return f"{format_kind(case)} for {escape(case.department)} from {escape_author(case.mention)}: {first}{more}"


def render_moved_notice(case: Case, to: str) -> RenderedMessage:
    """Return what replaces the card in a channel that the case has left. The newest hand-over says who moved it."""
    by = next((event.by for event in reversed(case.history) if event.what in ROUTE_CHANGES), "")
    who = escape_author(case.mention)
    where = f"Moved to {escape(to)}{f' by <@{by}>' if by else ''}"
    return RenderedMessage(
        f"{where}: {format_kind_noun(case)} from {who}",
        [make_context(f"➡️ *{where}*", make_plain_text(f"{format_kind(case)} from {format_author(case.mention)}"))],
    )


def render_reroute_receipt(case: Case, moved_from: str) -> RenderedMessage:
    """Return the answer to a colleague without a role who moved a case."""
    text = f"✅ Moved to {escape(case.department)}. Thank you. You can undo this until somebody there claims it."
    undo = make_button("Undo", action_ids.REROUTE_UNDO, f"{case.id}/{moved_from}")
    return RenderedMessage(text, [make_section(text), make_actions(undo)])


def _render_case_blocks(
    case: Case, department: Department, at: datetime, page: Page | None, words: int, lines: int, joined: int
) -> list[Block]:
    status = (format_status(case, at), format_point(case, department), format_thanks(case))
    parts = (
        render_case_title(case),
        render_quotation(case.mention, words),
        render_text_before_edit(case),
        render_labels(case),
        render_reasons(case),
        render_joined_mentions(case, joined),
        make_section(" · ".join(filter(None, status))),
        render_note(case),
        render_authority(department) if case.status is CaseStatus.CLAIMED else None,
        *render_escalation(page, lines + 2),
        render_case_actions(case, page),
        render_history(case, lines),
    )
    return [part for part in parts if part is not None]


def render_case_actions(case: Case, page: Page | None = None) -> Block:
    """Return the buttons that the status allows. A button on an outdated card is refused with a sentence."""
    confirm = [render_confirm_button(case, action_ids.CONFIRM)] if case.is_unconfirmed_crisis else []
    return make_actions(
        *render_acknowledge_button(page),
        *confirm,
        *(button.render(case) for button in CASE_BUTTONS if button.is_shown(case)),
        *render_open_post_button(case),
        make_button("Why?", action_ids.WHY, case.id, a11y_label="Why? All that Earshot heard in this post"),
    )


def render_open_post_button(case: Case, url: str = "") -> list[Block]:
    """Return a link to `url`, by default the case's post; [] where it is not safe to follow."""
    if not (address := sanitize_url(url or case.mention.url)):
        return []
    label = f"Open the post of {format_author(case.mention)}"
    return [make_button("Open post", action_ids.OPEN_POST, url=address, a11y_label=label)]


def render_confirm_button(case: Case, action_id: str) -> Block:
    """Return the button that confirms a crisis for which nobody has been paged yet."""
    label = "Confirm the crisis, and page whoever is on call"
    return make_button("Confirm crisis", action_id, case.id, style="danger", a11y_label=label)


def render_case_fallback(case: Case, department: Department, at: datetime) -> RenderedMessage:
    """Return a card of the simplest blocks, for when Slack answers `invalid_blocks`. It can still be claimed."""
    owner = {CaseStatus.NEW: "nobody has it yet", CaseStatus.CLAIMED: "claimed", CaseStatus.RESOLVED: "resolved"}[
        case.status
    ]
    words = sanitize_line(case.mention.text, 300) or WORDLESS
    head = f"{format_kind(case)} for {department.name}: {owner}{', OVERDUE' if case.is_overdue(at) else ''}"
    blocks = [
        make_section(make_plain_text(f"{head}\n{format_author(case.mention)}: {words}", 600)),
        render_case_actions(case.copy_with(mention=case.mention.copy_with(url=""))),
    ]
    return RenderedMessage(format_case_headline(case, at), blocks)
