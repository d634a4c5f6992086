"""The digest: many cases that came at once in one message, a line for each case or for several that say the same."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.cards import action_ids
from bot.cards.block_kit import (
    Block,
    RenderedMessage,
    is_within_limits,
    make_actions,
    make_button,
    make_context,
    make_header,
    make_plain_text,
    make_section,
)
from bot.cards.case_mention import format_author, format_kind_noun
from bot.cards.sanitize import escape, format_date
from bot.cards.similar_posts import rank_similar_groups
from bot.cards.storms import format_case_line, format_owners, list_storm_buttons
from bot.domain.case import Case, CaseStatus
from bot.domain.department import Department
from bot.domain.storm import StormProgress
from bot.domain.text import format_count

MOST_LINES = 20
WORDS_SHOWN = (110, 80, 50, 20, 0)
"""Characters of each post. The first with which all of them fit is used."""


def render_digest(
    digest_id: str, department: Department, cases: Sequence[Case], at: datetime, total: int = 0, unclaimed: int = 0
) -> RenderedMessage:
    """Return the digest with its first 20 lines.

    `total`: of how many these are the most urgent, and `unclaimed` how many of those wait; 0 if these are all.
    """
    waiting = [case for case in cases if case.status is CaseStatus.NEW]
    groups = rank_similar_groups(waiting)
    progress = StormProgress.from_statuses(case.status for case in cases)
    is_worked_on = replace(
        progress, claimed=progress.claimed or int(bool(total))
    )  # those of a flood are not among `cases`
    head = [
        make_header(f"🗂️ {_format_digest_title(department, cases, total)}"),
        make_context(_format_digest_state(progress, cases, at, total, unclaimed)),
    ]
    row = list_storm_buttons(digest_id, is_worked_on, has_alike=len(groups) < len(waiting))
    buttons = [make_actions(*row)] if len(waiting) > 1 else []
    for words in WORDS_SHOWN:
        lines = [_render_digest_line(digest_id, group, at, words) for group in groups[:MOST_LINES]]
        if is_within_limits(blocks := [*head, *lines, *buttons]):
            break
    return RenderedMessage(format_digest_headline(department, cases, total), blocks)


def format_digest_headline(department: Department, cases: Sequence[Case], total: int = 0) -> str:
    if total:
        return escape(_format_digest_title(department, cases, total))
    waiting = sum(case.status is CaseStatus.NEW for case in cases)
    return f"{escape(_format_digest_title(department, cases))}, {waiting:,} unclaimed"


def _format_digest_title(department: Department, cases: Sequence[Case], total: int = 0) -> str:
    if total:
        return f"{format_count(total, 'new case')} for {department.name}, the most urgent first"
    return f"{format_count(len(cases), 'new case')} for {department.name} on one list"


def _format_digest_state(
    progress: StormProgress, cases: Sequence[Case], at: datetime, total: int, unclaimed: int
) -> str:
    as_of = f"As of {format_date(at, '{time}')}"
    if total:
        return f"{as_of}: *{unclaimed:,}* unclaimed. Claim some, and the next take their place."
    if not progress.unclaimed:
        return f"All claimed. {format_owners(cases)}"
    more = " · ".join(part for part in (f"*{progress.unclaimed}* unclaimed", format_owners(cases)) if part)
    return f"{as_of}: {more}. A case you claim gets its own card."


def _render_digest_line(digest_id: str, group: Sequence[Case], at: datetime, words: int) -> Block:
    """Return a line with *Claim*, or *Claim all* where several posts say the same."""
    first = group[0]
    whose = f"{format_kind_noun(first)} from {format_author(first.mention, 30)}"
    claim = make_button("Claim", action_ids.CLAIM_IN_DIGEST, first.id, a11y_label=f"Claim: {whose}")
    if len(group) > 1:
        label = f"Claim all {len(group):,}"
        claim = make_button(label, action_ids.CLAIM_GROUP, first.id, a11y_label=f"{label} like the {whose}")
    return make_section(
        make_plain_text(format_case_line(first, at, words, len(group)), 220),
        accessory=claim,
        block_id=action_ids.build_digest_block_id(digest_id, first.id),
    )


def list_digest_cases(blocks: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the cases on the lines of a digest that was posted; none for another message."""
    buttons = [block.get("accessory") or {} for block in blocks]
    claims = {action_ids.CLAIM_IN_DIGEST, action_ids.CLAIM_GROUP}
    return [str(button.get("value", "")) for button in buttons if button.get("action_id") in claims]
