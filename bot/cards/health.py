"""Messages about issues of Earshot itself, and about their recovery."""

from bot.cards.block_kit import RenderedMessage, render_text
from bot.cards.paging import render_escalation
from bot.cards.sanitize import escape, format_date
from bot.domain.health.issues import OPERATORS, HealthIssue
from bot.domain.paging.context import PageContext
from bot.domain.paging.page import Page
from bot.domain.text import format_duration


def build_health_page_context(issue: HealthIssue) -> PageContext:
    return PageContext(
        headline=f"Earshot has a problem: {issue.sentence}", severity_text="", since=issue.since, location=OPERATORS
    )


def render_health_issue(issue: HealthIssue, page: Page | None) -> RenderedMessage:
    """Return the message in the operators' channel, with the escalation."""
    text = f"🩺 *Earshot has a problem* since {format_date(issue.since)}: {escape(issue.sentence)}."
    return render_text(text, *render_escalation(page))


def render_health_recovered(issue: HealthIssue) -> RenderedMessage:
    lasted = f" It lasted {format_duration(issue.over_at - issue.since)}." if issue.over_at else ""
    text = f"✅ *Earshot is back to normal.* Resolved: {escape(issue.sentence)}.{lasted}"
    return render_text(text)
