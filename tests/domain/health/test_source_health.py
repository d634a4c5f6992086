"""How late a source is, and how much it brings against what is usual."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.health.source_health import (
    FLOOD_FROM,
    PostDelay,
    SourceHealth,
    compute_delay,
    compute_flood_limit,
    compute_rate,
    compute_usual_rate,
)

AT = datetime(2026, 3, 10, 12, 15, tzinfo=UTC)
NOW = AT.timestamp()
HOUR = int(NOW // 3600)


def days_ago(days: float) -> datetime:
    return AT - timedelta(days=days)


@pytest.mark.parametrize(
    ("delays", "expected"),
    [
        ([], None),
        ([(NOW, 4.0)], 4),
        ([(NOW, 4.0), (NOW - 60, 3600.0), (NOW - 3599, 3700.0)], 3600),
        ([(NOW - 3600, 9000.0)], None),  # an hour ago is too long ago
        ([(NOW - 3600, 9000.0), (NOW - 1, 2.0)], 2),
    ],
)
def test_the_delay_is_the_median_of_the_last_hour(delays: list[tuple[float, float]], expected: float | None) -> None:
    found = compute_delay(SourceHealth(delays=[PostDelay(*one) for one in delays]), AT)
    assert found == (None if expected is None else timedelta(seconds=expected))


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        ({}, 0),
        ({HOUR: 5}, 5),
        ({HOUR - 1: 40}, 30),  # a quarter past: three quarters of the hour before are in the last 60 minutes
        ({HOUR: 5, HOUR - 1: 40, HOUR - 2: 900}, 35),
    ],
)
def test_the_last_hour_counts_a_part_of_the_hour_before(hours: dict[int, int], expected: int) -> None:
    assert compute_rate(SourceHealth(hours=hours), AT) == expected


@pytest.mark.parametrize(
    ("days", "counts", "expected"),
    [
        (2.9, (10, 10, 10), None),
        (3, (10, 20, 60), 20),
        (3, (), 0),
        (30, (10, 10, 10, 10, 50, 50, 50, 900), 10),  # seven days are looked at
    ],
)
def test_the_usual_rate_is_the_median_of_this_hour_on_the_days_before(
    days: float, counts: tuple[int, ...], expected: int | None
) -> None:
    hours = {HOUR - 24 * day: count for day, count in enumerate(counts, 1)}
    assert compute_usual_rate(SourceHealth(started=days_ago(days), hours=hours), AT) == expected


def test_a_busy_source_may_bring_more_in_a_minute_before_it_is_slowed() -> None:
    busy = {HOUR - 24 * day: 60_000 for day in range(1, 8)}
    assert compute_flood_limit(SourceHealth(), AT) == FLOOD_FROM
    assert compute_flood_limit(SourceHealth(started=days_ago(9), hours=busy), AT) == 20_000
