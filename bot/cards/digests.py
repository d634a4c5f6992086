"""The digest: many cases that came at once in one message, each with a Claim button."""

from collections.abc import Sequence
from datetime import datetime

from bot.cards import action_ids
from bot.cards.block_kit import (
    Block,
    RenderedMessage,
    is_within_limits,
    make_button,
    make_context,
    make_header,
    make_mrkdwn,
    make_plain_text,
    make_section,
)
from bot.cards.case_mention import format_author, format_kind_noun, format_sentiment, pick_sentiment_emoji
from bot.cards.case_status import format_plain_status
from bot.cards.sanitize import escape, sanitize_line
from bot.domain.case import Case, CaseStatus
from bot.domain.department import Department
from bot.domain.text import format_count

MOST_CASES = 20
WORDS_SHOWN = (110, 80, 50, 20, 0)
"""Characters of each post. The first with which all of them fit is used."""


def render_digest(
    digest_id: str, department: Department, cases: Sequence[Case], at: datetime, total: int = 0
) -> RenderedMessage:
    """Return the digest of the first 20 cases. `total`: of how many these are the most urgent; 0 where they are all."""
    for words in WORDS_SHOWN:
        blocks = _render_digest_blocks(digest_id, department, cases[:MOST_CASES], at, words, total)
        if is_within_limits(blocks):
            break
    return RenderedMessage(format_digest_headline(department, cases, total), blocks)


def format_digest_headline(department: Department, cases: Sequence[Case], total: int = 0) -> str:
    if total:
        return escape(_format_digest_title(department, cases, total))
    waiting = sum(case.status is CaseStatus.NEW for case in cases)
    return f"{escape(_format_digest_title(department, cases))}, {waiting:,} still to claim"


def _format_digest_title(department: Department, cases: Sequence[Case], total: int = 0) -> str:
    if total:
        return f"{format_count(total, 'new case')} for {department.name}, the most urgent first"
    return f"{format_count(len(cases), 'new case')} for {department.name} on one list"


def _render_digest_blocks(
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
    lines = [_render_digest_line(digest_id, case, at, words) for case in cases]
    return [make_header(f"🗂️ {_format_digest_title(department, cases, total)}"), make_context(why), *lines]


def _render_digest_line(digest_id: str, case: Case, at: datetime, words: int) -> Block:
    said_by = format_author(case.mention, 30)
    shown = f"{said_by}: {sanitize_line(case.mention.text, words)}" if words else said_by
    claim = None
    if case.status is CaseStatus.NEW:
        claim = make_button(
            "Claim", action_ids.CLAIM_IN_DIGEST, case.id, a11y_label=f"Claim: {format_kind_noun(case)} from {said_by}"
        )
    return make_section(
        make_plain_text(shown, 200),
        fields=[make_mrkdwn(_format_case_facts(case, at), 300)],
        accessory=claim,
        block_id=action_ids.build_digest_block_id(digest_id, case.id),
    )


def _format_case_facts(case: Case, at: datetime) -> str:
    parts = (format_kind_noun(case), format_sentiment(case.assessment), f"*{format_plain_status(case, at)}*")
    return f"{pick_sentiment_emoji(case.assessment)} {' · '.join(part for part in parts if part)}"
