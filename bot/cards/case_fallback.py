"""A case card of the simplest blocks, for when Slack answers `invalid_blocks`. It can still be claimed."""

from datetime import datetime

from bot.cards.block_kit import RenderedMessage, make_plain_text, make_section
from bot.cards.case import format_case_headline, render_case_actions
from bot.cards.case_mention import WORDLESS, format_author, format_kind
from bot.cards.sanitize import sanitize_line
from bot.domain.case import Case, CaseStatus
from bot.domain.department import Department


def render_case_fallback(case: Case, department: Department, at: datetime) -> RenderedMessage:
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
