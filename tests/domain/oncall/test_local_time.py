"""A time on the wall, on nights on which it comes twice, or never."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.oncall.local_time import resolve_local_time

ZONES = ("Europe/Lisbon", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Kathmandu", "UTC")


@pytest.mark.parametrize(
    ("zone", "day", "clock", "utc"),
    [
        ("Europe/Lisbon", (2026, 3, 29), "00:59", "2026-03-29 00:59"),
        ("Europe/Lisbon", (2026, 3, 29), "01:30", "2026-03-29 01:00"),  # never comes: the clocks go forward at 01:00
        ("Europe/Lisbon", (2026, 3, 29), "02:00", "2026-03-29 01:00"),
        ("Europe/Lisbon", (2026, 10, 25), "01:30", "2026-10-25 00:30"),  # comes twice: the first
        ("Europe/Lisbon", (2026, 10, 25), "02:00", "2026-10-25 02:00"),
        ("America/New_York", (2026, 3, 8), "02:30", "2026-03-08 07:00"),
        ("America/New_York", (2026, 11, 1), "01:00", "2026-11-01 05:00"),
        ("Australia/Lord_Howe", (2026, 10, 4), "02:15", "2026-10-03 15:30"),  # half an hour is left out
        ("Australia/Lord_Howe", (2026, 4, 5), "01:45", "2026-04-04 14:45"),  # half an hour comes twice
        ("Pacific/Apia", (2011, 12, 30), "09:00", "2011-12-30 10:00"),  # a day that Samoa never had
        ("Pacific/Apia", (2011, 12, 31), "00:00", "2011-12-30 10:00"),
    ],
)
def test_a_time_that_never_comes_is_the_jump_and_one_that_comes_twice_is_the_first(
    zone: str, day: tuple[int, int, int], clock: str, utc: str
) -> None:
    found = resolve_local_time(date(*day), time.fromisoformat(clock), zone)

    assert found == datetime.fromisoformat(utc).replace(tzinfo=UTC)


DAYS = st.dates(date(2009, 1, 1), date(2030, 1, 1))


@given(st.sampled_from(ZONES), DAYS, st.integers(0, 23 * 60), st.integers(0, 3_000))
def test_a_later_time_on_the_wall_is_never_earlier_on_the_line(zone: str, day: date, minute: int, more: int) -> None:
    midnight = datetime.combine(day, time(), UTC)
    wall, later = midnight + timedelta(minutes=minute), midnight + timedelta(minutes=minute + more)

    assert resolve_local_time(wall.date(), wall.time(), zone) <= resolve_local_time(later.date(), later.time(), zone)
