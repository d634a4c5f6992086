"""The card of a case: a pure function of the case, of the department that has it, and of the time."""

from datetime import datetime

from bot.cards import buttons, drawing, hearing, pages, said, standing
from bot.cards.confirmation import confirm_button
from bot.cards.drawing import Block, Drawing
from bot.cards.words import escape, safe_url
from bot.domain.audit import AuditAction
from bot.domain.case import Case, CaseStatus
from bot.domain.department import Department
from bot.domain.pages.page import Page

SIZES = ((600, 6, 3), (600, 3, 1), (300, 1, 0))
"""Characters of the post, lines of history (and as many rungs and two), joined posts: the first that fits is drawn."""
_MOVES = frozenset({AuditAction.HANDED_OVER, AuditAction.ROUTE_CORRECTED})


def draw(case: Case, department: Department, at: datetime, page: Page | None = None) -> Drawing:
    for size in SIZES:
        blocks = _blocks(case, department, at, page, *size)
        if drawing.fits(blocks):
            break
    return Drawing(headline(case, at), blocks)


def headline(case: Case, at: datetime | None = None) -> str:
    """What a notification shows and a screen reader reads: mrkdwn, strangers escaped."""
    found = case.assessment
    first = ", ".join(part for part in (said.feeling(found), standing.spoken(case, at)) if part)
    more = f", {case.joined_count:,} joined" if case.joined_count else ""
    return f"{said.name(case)} for {escape(case.department)} from {said.marked(case.mention)}: {first}{more}"


def moved(case: Case, to: str) -> Drawing:
    """What stays in a channel that a case has left; its newest hand-over says who moved it."""
    by = next((event.by for event in reversed(case.history) if event.what in _MOVES), "")
    who = said.marked(case.mention)
    where = f"Moved to {escape(to)}{f' by <@{by}>' if by else ''}"
    return Drawing(
        f"{where}: {said.noun(case)} from {who}",
        [
            drawing.context(
                drawing.mrkdwn(f"➡️ *{where}*"), drawing.plain(f"{said.name(case)} from {said.who(case.mention)}")
            )
        ],
    )


def _blocks(
    case: Case, department: Department, at: datetime, page: Page | None, words: int, lines: int, joined: int
) -> list[Block]:
    parts = (
        said.title(case),
        said.quotation(case.mention, words),
        said.before_edit(case),
        hearing.labels(case),
        hearing.reasons(case),
        standing.joined(case, joined),
        drawing.section(drawing.mrkdwn(standing.status(case, at))),
        standing.note(case),
        standing.authority(department) if case.status is CaseStatus.CLAIMED else None,
        pages.ladder(page, lines + 2),
        row(case, page),
        standing.history(case, lines),
    )
    return [part for part in parts if part is not None]


def row(case: Case, page: Page | None = None) -> Block:
    """The buttons that make sense now; what an old card still offers is answered in words."""
    post = open_post(case.mention.url, said.who(case.mention))
    confirm = [confirm_button(case, buttons.CONFIRM)] if case.is_unconfirmed_crisis else []
    return drawing.actions(*pages.press(page), *confirm, *_moves(case), *_separate(case), *post, _why(case))


def _moves(case: Case) -> list[Block]:
    def make_transition_button(label: str, action: str, style: str = "") -> Block:
        plainly = label.removesuffix("…")
        return drawing.button(
            label, action, case.id, style=style, aloud=f"{plainly}: {said.noun(case)} from {said.who(case.mention)}"
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


def _separate(case: Case) -> list[Block]:
    if not case.joined:
        return []
    return [drawing.button("Separate…", buttons.SEPARATE, case.id, a11y_label="Separate a post that joined this case")]


def _why(case: Case) -> Block:
    return drawing.button("Why?", buttons.WHY, case.id, aloud="Why? All that Earshot heard in this post")


def open_post(url: str, who: str) -> list[Block]:
    if not safe_url(url):
        return []
    return [drawing.button("Open post", buttons.OPEN_POST, url=url, aloud=f"Open the post of {who}")]
