"""What a report says of a time before anything was counted."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.domain.periods import HOUR, TimeSpan
from bot.domain.reports.first_count import find_first_count, name_first_count, select_counted_parts
from bot.domain.reports.range_parts import split_span
from bot.domain.reports.ranges import parse_known_range
from bot.domain.reports.report import SentimentCounts

LISBON = ZoneInfo("Europe/Lisbon")
AT = datetime(2026, 3, 10, 10, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("words", "started", "since"),
    [
        ("today", "2026-03-10 07:18", "today (counted since 07:18)"),
        ("yesterday", "2026-03-09 07:18", "yesterday (counted since 07:18)"),
        ("yesterday", "2026-03-09 00:30", "yesterday"),
        ("last 24 hours", "2026-03-09 22:00", "in the last 24 hours (counted since 9 Mar, 22:00)"),
        ("week", "2026-03-06 07:18", "in the last 7 days (counted since 6 Mar)"),
        ("week", "2026-03-04 07:18", "in the last 7 days (counted since 4 Mar, 07:18)"),
    ],
)
def test_the_time_of_day_is_said_where_the_day_alone_says_too_little(words: str, started: str, since: str) -> None:
    asked = parse_known_range(words, AT, LISBON)
    first = datetime.fromisoformat(f"{started}Z")
    assert name_first_count(asked, first, AT.astimezone(LISBON)).label == since


def test_an_hour_with_nothing_is_drawn_as_zero_where_mentions_of_before_were_counted() -> None:
    midnight = AT.replace(hour=0, minute=0)
    parts = split_span(TimeSpan(midnight, midnight + 6 * HOUR), LISBON, midnight)
    splits = [SentimentCounts(negative=count) for count in (0, 3, 0, 0, 2, 0)]
    started = find_first_count(AT, [one.span for one, split in zip(parts, splits, strict=True) if split.total])
    shown = select_counted_parts(parts, splits, started)
    assert [(label, split.total) for label, split in shown] == [
        ("01:00", 3),
        ("02:00", 0),
        ("03:00", 0),
        ("04:00", 2),
        ("05:00", 0),
    ]
