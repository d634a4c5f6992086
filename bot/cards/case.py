"""Render the card of a case from the case, its department, its page and the time."""

from collections.abc import Sequence
from datetime import datetime
from importlib import import_module

from bot.cards import action_ids
from bot.cards.author_history import format_caution
from bot.cards.block_kit import (
    MOST_MENU_OPTIONS,
    Block,
    RenderedMessage,
    make_actions,
    make_attachment,
    make_button,
    make_confirmation,
    make_context,
    make_overflow_menu,
    make_plain_text,
    make_section,
)
from bot.cards.case_buttons import CaseButton
from bot.cards.case_mention import (
    WORDLESS,
    escape_author,
    format_author,
    format_case_type,
    format_kind,
    format_kind_noun,
    render_case_title,
    render_words,
)
from bot.cards.case_status import (
    format_joined_count,
    format_plain_status,
    pick_colour,
    render_context_line,
)
from bot.cards.modal_blocks import make_option
from bot.cards.paging import render_acknowledge_button
from bot.cards.post_details import render_parent
from bot.cards.sanitize import escape, escape_name, sanitize_line, sanitize_url
from bot.domain.case import Case, CaseStatus
from bot.domain.cases.colleague_transitions import ROUTE_CHANGES
from bot.domain.department import Department
from bot.domain.paging.page import Page
from bot.domain.persons.claim_questions import is_caution_on_card
from bot.domain.persons.person import NO_CONTEXT, AuthorContext, has_history

NOT_YET = "You aren't in a department here, so somebody there confirms it before anybody is paged."
BUTTON_MODULES = ("case_buttons", "snooze", "ledger_entries")
"""Which declare the `BUTTONS` of a card, in their order."""
CASE_BUTTONS: Sequence[CaseButton] = [
    button for name in BUTTON_MODULES for button in import_module(f"bot.cards.{name}").BUTTONS
]


def render_case(
    case: Case, department: Department, at: datetime, page: Page | None = None, author: AuthorContext = NO_CONTEXT
) -> RenderedMessage:
    """Return the card: the title, and with a coloured edge the words, one line of context and three controls.

    Words of several lines give way to what is known about their author, so that the card stays as low.
    """
    caution = format_caution(case, department, author, at) if case.status is CaseStatus.NEW else ""
    context, lines_less = render_context_line(case, department, at, page, author)
    return RenderedMessage(
        format_case_headline(case, at),
        [render_case_title(case, avatars=department.avatars)],
        (
            make_attachment(
                pick_colour(case),
                f"{format_author(case.mention)}: {sanitize_line(case.mention.text, 200) or WORDLESS}",
                *render_parent(case.mention),
                render_words(case.mention, lines_less),
                context,
                render_case_actions(
                    case,
                    page,
                    caution,
                    has_dialog=is_caution_on_card(author),
                    has_history=_has_history_button(case, author),
                ),
            ),
        ),
    )


def _has_history_button(case: Case, author: AuthorContext) -> bool:
    """Return whether *History…* is in the menu: on each closed card, as nothing draws that again if they write more."""
    is_known = case.is_closed and bool(case.mention.author_key) and not case.mention.is_forgotten
    return is_known or has_history(author.person, case)


def format_case_headline(case: Case, at: datetime | None = None) -> str:
    """Return the text for notifications and screen readers: mrkdwn with untrusted words escaped."""
    mark = "🚨 " if case.is_urgent else ""
    more = f", {format_joined_count(case)}" if case.joined_count else ""
    what = escape_name(format_case_type(case))
    return f"{mark}{what} from {escape_author(case.mention)}: {format_plain_status(case, at)}{more}"


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


def render_case_actions(
    case: Case, page: Page | None = None, caution: str = "", *, has_dialog: bool = True, has_history: bool = False
) -> Block:
    """Return three controls; the last is the menu. One on an outdated card is refused with a sentence.

    With a `caution`, *Claim* asks once, if it `has_dialog`, and says it, and so does the form behind *Open post…*.
    While somebody is paged, or has to confirm the crisis, *Open post* is in the menu. Of a claimed case it is in the
    forms behind *Reply…* and *Why?*. Where the author `has_history`, it has the place of *Re-route…* in the menu, which
    is under *Why? / Correct…*, too.
    """
    pressing = [
        *render_acknowledge_button(page),
        *([render_confirm_button(case, action_ids.CONFIRM)] if case.is_unconfirmed_crisis else []),
    ]
    steps = [button for button in CASE_BUTTONS if button.is_next_step(case)][: 1 if pressing else None]
    link = [] if case.status is CaseStatus.CLAIMED else render_open_post_button(case, caution=caution)
    hidden_link = [_render_link_option(one) for one in link if pressing]
    shown = [button for button in CASE_BUTTONS if button.is_shown(case) and button not in steps]
    in_menu = [button for button in shown if not (has_history and button.action == action_ids.NOT_FOR_US)]
    last = [*([(action_ids.PERSON_HISTORY, "History…")] if has_history else []), (action_ids.WHY, "Why? / Correct…")]
    closing = [make_option(label, action_ids.encode_menu_choice(action, case.id)) for action, label in last]
    room = MOST_MENU_OPTIONS - len(closing) - len(hidden_link)
    options = [*hidden_link, *(button.render_option(case) for button in in_menu[:room]), *closing]
    surplus = [button.render(case) for button in in_menu[room:]]
    shown_link = [] if pressing else link
    menu = make_overflow_menu(action_ids.CASE_MENU, options)
    leading = [button.render(case) for button in steps]
    if caution and has_dialog:
        leading = [{**one, "confirm": make_confirmation("Claim?", caution, "Claim anyway")} for one in leading]
    return make_actions(*pressing, *leading, *shown_link, *surplus, menu)


def _render_link_option(button: Block) -> Block:
    if "url" in button:
        return {**make_option("Open post", action_ids.OPEN_POST), "url": button["url"]}
    return make_option("Open post…", action_ids.encode_menu_choice(action_ids.OPEN_ASK, button["value"]))


def render_open_post_button(case: Case, url: str = "", caution: str = "") -> list[Block]:
    """Return a link to `url`, by default the case's post; [] where it is not safe to follow.

    With a `caution`, return the button that says it first.
    """
    if not (address := sanitize_url(url or case.mention.url)):
        return []
    label = f"Open the post of {format_author(case.mention)}"
    if caution:
        return [make_button("Open post…", action_ids.OPEN_ASK, case.id, a11y_label=label)]
    return [make_button("Open post", action_ids.OPEN_POST, url=address, a11y_label=label)]


def render_confirm_button(case: Case, action_id: str) -> Block:
    """Return the button that confirms a crisis for which nobody has been paged yet."""
    label = "Confirm crisis and page on-call"
    return make_button("Confirm crisis", action_id, case.id, style="danger", a11y_label=label)


def render_case_fallback(case: Case, department: Department, at: datetime) -> RenderedMessage:
    """Return a card of the simplest blocks, for when Slack answers `invalid_blocks`. It can still be claimed."""
    words = sanitize_line(case.mention.text, 300) or WORDLESS
    status = "overdue" if case.is_overdue(at) else {"new": "unclaimed"}.get(case.status, case.status.value)
    head = f"{format_kind(case)} for {department.name}: {status}"
    blocks = [
        make_section(make_plain_text(f"{head}\n{format_author(case.mention)}: {words}", 600)),
        render_case_actions(case.copy_with(mention=case.mention.copy_with(url=""))),
    ]
    return RenderedMessage(format_case_headline(case, at), blocks)
