"""The lines about sources on the Home tab of managers."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from bot.cards.block_kit import Block, make_section
from bot.cards.home_view import HomeView, SourceSummary
from bot.cards.sanitize import escape, format_date, sanitize_line
from bot.domain.health.source_health import (
    DOLLARS,
    SourceHealth,
    SourceQuota,
    compute_delay,
    compute_rate,
    compute_usual_rate,
    get_backlog,
)
from bot.domain.text import format_count, format_duration

SOURCES_SHOWN = 10
ROWS_TOGETHER = 5
"""Lines in one section, which takes 3,000 characters."""
IMPORT_SHOWN_FOR = timedelta(days=1)


def render_sources(home: HomeView) -> list[Block]:
    """Return a line for each source, with what is wrong with it."""
    lines = [_format_source(one, home) for one in home.sources[:SOURCES_SHOWN]]
    return [
        make_section("\n".join(lines[start : start + ROWS_TOGETHER])) for start in range(0, len(lines), ROWS_TOGETHER)
    ]


def _format_source(one: SourceSummary, home: HomeView) -> str:
    last = "no new posts yet"
    if one.last_mention_at:  # outlets bring the same post again and again, so when they last did says little
        last = f"last post {format_date(one.health.newest or one.last_mention_at)}"
    found = (words for part, words in home.health_issues.items() if part.partition(":")[2] == one.source)
    issues = (f"⚠️ {escape(sanitize_line(words, 150))}" for words in found)
    reads = f"read this month: {format_count(one.reads.posts, 'post')}, {format_count(one.reads.users, 'user')}"
    parts = [last, *describe_health(one.health, home.at), *([reads] if any(one.reads) else []), *issues]
    return " · ".join([f"*{escape(sanitize_line(one.source, 40))}*", *parts])


def describe_health(health: SourceHealth, at: datetime) -> Iterator[str]:
    """Yield what is known about a source, as mrkdwn of our own."""
    if (delay := compute_delay(health, at)) is not None:
        yield f"median delay {format_duration(delay)}"
    if health.started is not None:
        usual = compute_usual_rate(health, at)
        rate = f"{format_count(compute_rate(health, at), 'post')} in the last hour"
        yield rate if usual is None else f"{rate} (usual: {usual:,})"
    if waiting := get_backlog(health, at):
        yield f"{format_count(waiting, 'message')} waiting"
    if health.imported is not None and health.imported_at and at - health.imported_at < IMPORT_SHOWN_FOR:
        yield f"imported {health.imported:,}, posted 0 of them"
    if (quota := health.quota) and (quota.until is None or quota.until > at):
        yield _format_quota(quota)


def _format_quota(quota: SourceQuota) -> str:
    until = f", resets {format_date(quota.until)}" if quota.until else ""
    if quota.unit == DOLLARS:
        return f"${max(0.0, quota.of - quota.left):,.2f} of ${quota.of:,.2f} spent{until}"
    return f"{quota.left:,.0f} of {quota.of:,.0f} {escape(sanitize_line(quota.unit, 20))} left{until}"
