"""What is wrong with Earshot itself, and that it is well again."""

from bot.cards import drawing, pages
from bot.cards.drawing import RenderedMessage
from bot.cards.words import escape, format_date
from bot.domain.pages.matter import PageContext
from bot.domain.pages.page import Page
from bot.domain.vigil.troubles import OPERATORS, HealthIssue
from bot.domain.words import format_duration


def build_health_page_context(issue: HealthIssue) -> PageContext:
    return PageContext(
        headline=f"Earshot is unwell: {issue.sentence}", severity_text="", since=issue.since, location=OPERATORS
    )


def render_health_issue(issue: HealthIssue, page: Page | None) -> RenderedMessage:
    """In the operators' channel, with who is called."""
    text = f"🩺 *Earshot is unwell*, since {format_date(issue.since)}: {escape(issue.sentence)}."
    climbed = pages.render_escalation(page)
    return RenderedMessage(text, [drawing.make_section(drawing.make_mrkdwn(text)), *([climbed] if climbed else [])])


def render_health_recovered(issue: HealthIssue) -> RenderedMessage:
    lasted = f" It lasted {format_duration(issue.over_at - issue.since)}." if issue.over_at else ""
    text = f"✅ *Earshot is well again*: over is that {escape(issue.sentence)}.{lasted}"
    return RenderedMessage(text, [drawing.make_section(drawing.make_mrkdwn(text))])
