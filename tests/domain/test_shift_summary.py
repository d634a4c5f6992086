"""When the note in the morning is due, and when there is nothing to say."""

from datetime import UTC, datetime, time

import pytest

from bot.domain.shift_summary import ShiftSummary, get_summary_day, is_summary_due
from tests.domain.samples import AT

LISBON = "Europe/Lisbon"


@pytest.mark.parametrize(
    ("clock", "at", "due"),
    [
        (time(8), datetime(2026, 7, 1, 7, 0, tzinfo=UTC), True),  # eight in Lisbon in summer
        (time(8), datetime(2026, 7, 1, 8, 0, tzinfo=UTC), False),
        (time(8), datetime(2026, 1, 1, 8, 59, tzinfo=UTC), True),
        (time(8), datetime(2026, 1, 1, 7, 59, tzinfo=UTC), False),
        (None, datetime(2026, 1, 1, 8, 0, tzinfo=UTC), False),
    ],
)
def test_it_is_due_within_an_hour_of_its_time(clock: time | None, at: datetime, *, due: bool) -> None:
    assert is_summary_due(clock, LISBON, at) is due


def test_its_day_is_the_brands() -> None:
    assert get_summary_day(LISBON, datetime(2026, 7, 1, 23, 30, tzinfo=UTC)) == 20260702


def test_talk_alone_is_a_quiet_night_and_a_case_that_waits_is_not() -> None:
    assert ShiftSummary("care", AT, posts=40, negative=3).is_empty
    assert not ShiftSummary("care", AT, waiting=1).is_empty
