"""The card of a case: a pure function of the case, of the department that has it, and of the time."""

from datetime import datetime

from bot.cards import buttons, drawing, hearing, pages, said, standing
from bot.cards.confirmation import render_confirm_button
from bot.cards.drawing import Block, RenderedMessage
from bot.cards.words import escape, sanitize_url
from bot.domain.audit import AuditAction
from bot.domain.case import Case, CaseStatus
from bot.domain.department import Department
from bot.domain.pages.page import Page

SIZES = ((600, 6, 3), (600, 3, 1), (300, 1, 0))
"""Characters of the post, lines of history (and as many rungs and two), joined posts: the first that fits is drawn."""
_MOVES = frozenset({AuditAction.HANDED_OVER, AuditAction.ROUTE_CORRECTED})


def render_case(case: Case, department: Department, at: datetime, page: Page | None = None) -> RenderedMessage:
    for size in SIZES:
        blocks = _render_case_blocks(case, department, at, page, *size)
        if drawing.is_within_limits(blocks):
            break
    return RenderedMessage(format_case_headline(case, at), blocks)


def format_case_headline(case: Case, at: datetime | None = None) -> str:
    """What a notification shows and a screen reader reads: mrkdwn, strangers escaped."""
    found = case.assessment
    first = ", ".join(part for part in (said.format_sentiment(found), standing.format_plain_status(case, at)) if part)
    more = f", {case.joined_count:,} joined" if case.joined_count else ""
    return (
        f"{said.format_kind(case)} for {escape(case.department)} from {said.escape_author(case.mention)}: {first}{more}"
    )


def render_moved_notice(case: Case, to: str) -> RenderedMessage:
    """What stays in a channel that a case has left; its newest hand-over says who moved it."""
    by = next((event.by for event in reversed(case.history) if event.what in _MOVES), "")
    who = said.escape_author(case.mention)
    where = f"Moved to {escape(to)}{f' by <@{by}>' if by else ''}"
    return RenderedMessage(
        f"{where}: {said.format_kind_noun(case)} from {who}",
        [
            drawing.make_context(
                drawing.make_mrkdwn(f"➡️ *{where}*"),
                drawing.make_plain_text(f"{said.format_kind(case)} from {said.format_author(case.mention)}"),
            )
        ],
    )


def _render_case_blocks(
    case: Case, department: Department, at: datetime, page: Page | None, words: int, lines: int, joined: int
) -> list[Block]:
    parts = (
        said.render_case_title(case),
        said.render_quotation(case.mention, words),
        said.render_text_before_edit(case),
        hearing.render_labels(case),
        hearing.render_reasons(case),
        standing.render_joined_mentions(case, joined),
        drawing.make_section(drawing.make_mrkdwn(standing.format_status(case, at))),
        standing.render_note(case),
        standing.render_authority(department) if case.status is CaseStatus.CLAIMED else None,
        pages.render_escalation(page, lines + 2),
        render_case_actions(case, page),
        standing.render_history(case, lines),
    )
    return [part for part in parts if part is not None]


def render_case_actions(case: Case, page: Page | None = None) -> Block:
    """The buttons that make sense now; what an old card still offers is answered in words."""
    post = render_open_post_button(case.mention.url, said.format_author(case.mention))
    confirm = [render_confirm_button(case, buttons.CONFIRM)] if case.is_unconfirmed_crisis else []
    return drawing.make_actions(
        *pages.render_acknowledge_button(page),
        *confirm,
        *_render_transition_buttons(case),
        *_render_separate_button(case),
        *post,
        _render_explain_button(case),
    )


def _render_transition_buttons(case: Case) -> list[Block]:
    def make_transition_button(label: str, action: str, style: str = "") -> Block:
        plainly = label.removesuffix("…")
        return drawing.make_button(
            label,
            action,
            case.id,
            style=style,
            a11y_label=f"{plainly}: {said.format_kind_noun(case)} from {said.format_author(case.mention)}",
        )

    resolve = make_transition_button(
        "Resolve…", buttons.RESOLVE, "primary" if case.status is CaseStatus.CLAIMED else ""
    )
    elsewhere = [
        make_transition_button("Hand over…", buttons.HAND_OVER),
        make_transition_button("Not for us…", buttons.NOT_FOR_US),
    ]
    match case.status:
        case CaseStatus.NEW:
            return [make_transition_button("Claim", buttons.CLAIM, "primary"), resolve, *elsewhere]
        case CaseStatus.CLAIMED:
            return [resolve, make_transition_button("Release", buttons.RELEASE), *elsewhere]
        case CaseStatus.RESOLVED:
            return [make_transition_button("Reopen", buttons.REOPEN)]


def _render_separate_button(case: Case) -> list[Block]:
    if not case.joined:
        return []
    return [
        drawing.make_button("Separate…", buttons.SEPARATE, case.id, a11y_label="Separate a post that joined this case")
    ]


def _render_explain_button(case: Case) -> Block:
    return drawing.make_button("Why?", buttons.WHY, case.id, a11y_label="Why? All that Earshot heard in this post")


def render_open_post_button(url: str, who: str) -> list[Block]:
    if not sanitize_url(url):
        return []
    return [drawing.make_button("Open post", buttons.OPEN_POST, url=url, a11y_label=f"Open the post of {who}")]
