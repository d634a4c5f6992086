"""What managers read about a source on the Home tab."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.cards.home_view import HomeView, SourceSummary
from bot.cards.source_rows import describe_health, render_sources
from bot.domain.health.source_health import DOLLARS, PostDelay, SourceHealth, SourceQuota
from bot.domain.read_budget import ReadCounts

AT = datetime(2026, 3, 10, 12, 15, tzinfo=UTC)
NOW = AT.timestamp()
HOUR = int(NOW // 3600)


def days_ago(days: float) -> datetime:
    return AT - timedelta(days=days)


@pytest.mark.parametrize(
    ("health", "expected"),
    [
        (SourceHealth(), ""),
        (SourceHealth(imported=1214, imported_at=days_ago(0.9)), "imported 1,214, posted 0 of them"),
        (SourceHealth(imported=1214, imported_at=days_ago(1)), ""),
        (SourceHealth(started=days_ago(1), hours={HOUR: 1}), "1 post in the last hour"),
        (SourceHealth(started=days_ago(9), hours={HOUR: 41}), "41 posts in the last hour (usual: 0)"),
        (SourceHealth(delays=(PostDelay(NOW, 3720.0),)), "median delay 1 h 2 min"),
        (SourceHealth(waiting=1204, measured_at=AT), "1,204 messages waiting"),
        (SourceHealth(waiting=0, measured_at=AT), ""),
        (SourceHealth(waiting=1204, measured_at=days_ago(1)), ""),  # nobody reads it any more
        (SourceHealth(quota=SourceQuota(270, 300)), "270 of 300 requests left"),
        (
            SourceHealth(quota=SourceQuota(270, 300, days_ago(-1))),
            "270 of 300 requests left, resets <!date^1773231300^{date_short_pretty} at {time}|11 Mar, 12:15 UTC>",
        ),
        (SourceHealth(quota=SourceQuota(0, 300, AT)), ""),  # it is full again
        (SourceHealth(quota=SourceQuota(43.97, 50, None, DOLLARS)), "$6.03 of $50.00 spent"),
        (SourceHealth(quota=SourceQuota(-1, 50, None, DOLLARS)), "$51.00 of $50.00 spent"),
    ],
)
def test_managers_read_only_what_is_known(health: SourceHealth, expected: str) -> None:
    assert " · ".join(describe_health(health, AT)) == expected


def test_the_last_post_is_the_newest_that_was_written_also_where_it_came_again_since() -> None:
    again = SourceSummary("forum", AT, health=SourceHealth(newest=days_ago(2)))
    pushed, quiet = SourceSummary("hook", AT), SourceSummary("press", None, health=SourceHealth(newest=days_ago(2)))
    [section] = render_sources(HomeView("U0MIA", AT, sources=(again, pushed, quiet)))
    first, second, third = section["text"]["text"].splitlines()
    assert "|8 Mar, 12:15 UTC>" in first
    assert "|10 Mar, 12:15 UTC>" in second
    assert third == "*press* · no new posts yet"


def test_ten_sources_with_everything_to_tell_fit_into_their_sections() -> None:
    health = SourceHealth(
        AT, days_ago(9), 50_000, AT, {HOUR: 10**6}, (PostDelay(NOW, 99_999.0),), SourceQuota(10**6, 10**6, days_ago(-1))
    )
    names = [f"mastodon.{number}{'x' * 40}" for number in range(20)]
    sources = tuple(SourceSummary(name, AT, ReadCounts(10**6, 10**6), health) for name in names)
    sections = render_sources(HomeView("U0ANA", AT, sources=sources, health_issues={f"a:{names[0]}": "x" * 300}))
    assert len(sections) == 2
    assert all(len(section["text"]["text"]) < 2900 for section in sections)
