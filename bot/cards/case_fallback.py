"""The card in the plainest blocks there are, for when Slack says `invalid_blocks`: poorer, and it can be claimed."""

from datetime import datetime

from bot.cards import block_kit, case_mention
from bot.cards import case as card
from bot.cards.block_kit import RenderedMessage
from bot.cards.sanitize import sanitize_line
from bot.domain.case import Case, CaseStatus
from bot.domain.department import Department


def render_case_fallback(case: Case, department: Department, at: datetime) -> RenderedMessage:
    owner = {CaseStatus.NEW: "nobody has it yet", CaseStatus.CLAIMED: "claimed", CaseStatus.RESOLVED: "resolved"}[
        case.status
    ]
    words = sanitize_line(case.mention.text, 300) or case_mention.WORDLESS
    head = (
        f"{case_mention.format_kind(case)} for {department.name}: {owner}{', OVERDUE' if case.is_overdue(at) else ''}"
    )
    blocks = [
        block_kit.make_section(
            block_kit.make_plain_text(f"{head}\n{case_mention.format_author(case.mention)}: {words}", 600)
        ),
        card.render_case_actions(case.copy_with(mention=case.mention.model_copy(update={"url": ""}))),
    ]
    return RenderedMessage(card.format_case_headline(case, at), blocks)
