"""The card in the plainest blocks there are, for when Slack says `invalid_blocks`: poorer, and it can be claimed."""

from datetime import datetime

from bot.cards import case as card
from bot.cards import drawing, said
from bot.cards.drawing import Drawing
from bot.cards.words import one_line
from bot.domain.case import Case, CaseStatus
from bot.domain.department import Department


def draw(case: Case, department: Department, at: datetime) -> Drawing:
    owner = {CaseStatus.NEW: "nobody has it yet", CaseStatus.CLAIMED: "claimed", CaseStatus.RESOLVED: "resolved"}[
        case.status
    ]
    words = one_line(case.mention.text, 300) or said.WORDLESS
    head = f"{said.name(case)} for {department.name}: {owner}{', OVERDUE' if case.is_overdue(at) else ''}"
    blocks = [
        drawing.section(drawing.plain(f"{head}\n{said.who(case.mention)}: {words}", 600)),
        card.row(case.copy_with(mention=case.mention.model_copy(update={"url": ""}))),
    ]
    return Drawing(card.headline(case, at), blocks)
