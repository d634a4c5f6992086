"""What is wrong with Earshot itself, and that it is well again."""

from bot.cards import drawing, pages
from bot.cards.drawing import Drawing
from bot.cards.words import escape, moment
from bot.domain.pages.matter import PageContext
from bot.domain.pages.page import Page
from bot.domain.vigil.troubles import OPERATORS, HealthIssue
from bot.domain.words import format_duration


def matter(trouble: HealthIssue) -> PageContext:
    return PageContext(
        headline=f"Earshot is unwell: {trouble.sentence}", severity_text="", since=trouble.since, location=OPERATORS
    )


def unwell(trouble: HealthIssue, page: Page | None) -> Drawing:
    """In the operators' channel, with who is called."""
    text = f"🩺 *Earshot is unwell*, since {moment(trouble.since)}: {escape(trouble.sentence)}."
    climbed = pages.ladder(page)
    return Drawing(text, [drawing.section(drawing.mrkdwn(text)), *([climbed] if climbed else [])])


def well(trouble: HealthIssue) -> Drawing:
    lasted = f" It lasted {format_duration(trouble.over_at - trouble.since)}." if trouble.over_at else ""
    text = f"✅ *Earshot is well again*: over is that {escape(trouble.sentence)}.{lasted}"
    return Drawing(text, [drawing.section(drawing.mrkdwn(text))])
