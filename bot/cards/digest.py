"""The digest: many new cases that came at once, on one card, each with its own Claim button."""

from collections.abc import Sequence
from datetime import datetime

from bot.cards import buttons, drawing, said, standing
from bot.cards.drawing import Block, Drawing
from bot.cards.words import escape, one_line
from bot.domain.case import Case, CaseStatus
from bot.domain.department import Department
from bot.domain.words import format_count

MOST_CASES = 20
WORDS_SHOWN = (110, 80, 50, 20, 0)
"""Characters of each post: the first that lets all of them fit is drawn."""


def draw(digest_id: str, department: Department, cases: Sequence[Case], at: datetime, total: int = 0) -> Drawing:
    """Raises nothing for more than twenty: who makes digests makes them of twenty at the most.

    `total`: of how many these are the most urgent; 0 where they are all.
    """
    for words in WORDS_SHOWN:
        blocks = _blocks(digest_id, department, cases[:MOST_CASES], at, words, total)
        if drawing.fits(blocks):
            break
    return Drawing(headline(department, cases, total), blocks)


def headline(department: Department, cases: Sequence[Case], total: int = 0) -> str:
    if total:
        return escape(_head(department, cases, total))
    waiting = sum(case.status is CaseStatus.NEW for case in cases)
    return f"{escape(_head(department, cases))}, {waiting:,} still to claim"


def _head(department: Department, cases: Sequence[Case], total: int = 0) -> str:
    if total:
        return f"{format_count(total, 'new case')} for {department.name}, the most urgent first"
    return f"{format_count(len(cases), 'new case')} for {department.name} on one list"


def _blocks(
    digest_id: str, department: Department, cases: Sequence[Case], at: datetime, words: int, total: int
) -> list[Block]:
    waiting = sum(case.status is CaseStatus.NEW for case in cases)
    todo = f"*{waiting}* still to claim." if waiting else "All of them are taken."
    why = f"Listed together to keep the channel readable. {todo} A case you claim gets a card of its own."
    if total:
        why = (
            f"Too many at once for a card each. These {len(cases)} are the most urgent. Claim one and the next takes "
            "its place. The Home tab and `/sentiment today` count all of them."
        )
    lines = [_line(digest_id, case, at, words) for case in cases]
    return [drawing.header(f"🗂️ {_head(department, cases, total)}"), drawing.context(drawing.mrkdwn(why)), *lines]


def _line(digest_id: str, case: Case, at: datetime, words: int) -> Block:
    said_by = said.who(case.mention, 30)
    shown = f"{said_by}: {one_line(case.mention.text, words)}" if words else said_by
    claim = None
    if case.status is CaseStatus.NEW:
        claim = drawing.button(
            "Claim", buttons.CLAIM_IN_DIGEST, case.id, aloud=f"Claim: {said.noun(case)} from {said_by}"
        )
    return drawing.section(
        drawing.plain(shown, 200),
        fields=[drawing.mrkdwn(_facts(case, at), 300)],
        accessory=claim,
        block_id=buttons.digest_block(digest_id, case.id),
    )


def _facts(case: Case, at: datetime) -> str:
    parts = (said.noun(case), said.feeling(case.assessment), f"*{standing.spoken(case, at)}*")
    return f"{said.feeling_mark(case.assessment)} {' · '.join(part for part in parts if part)}"
