"""The parts of a chart's time: nothing is left out or counted twice, also when clocks change."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.periods import DAY, QUARTER, TimeSpan
from bot.domain.reports.range_parts import MAX_PARTS, find_step, list_whole_parts, split_span
from bot.domain.reports.rolled_days import find_local_day

LISBON = ZoneInfo("Europe/Lisbon")


@pytest.mark.parametrize(
    ("start", "hours", "count", "labels"),
    [
        ("2026-03-10 00:00", 14, 14, ("00:00", "13:00")),
        ("2026-03-10 00:00", 24, 12, ("00:00", "22:00")),
        ("2026-03-10 18:00", 48, 16, ("Tue 18:00", "Thu 15:00")),
        ("2026-03-10 18:30", 48, 17, ("Tue 18:30", "Thu 18:00, to 18:30")),
        ("2026-03-02 18:00", 7 * 24, 8, ("2 Mar, from 18:00", "9 Mar, to 18:00")),
        ("2026-03-28 18:00", 7 * 24, 8, ("28 Mar, from 18:00", "4 Apr, to 19:00")),
        ("2026-02-09 00:00", 30 * 24 - 7, 5, ("9 Feb", "9 Mar, 2 days")),
        ("2026-03-10 00:00", 7 * 24, 7, ("10 Mar", "16 Mar")),
        ("2026-03-01 00:00", 31 * 24 - 1, 5, ("1 Mar", "29 Mar, 3 days")),
        ("2026-03-29 00:00", 23, 12, ("00:00", "22:00")),
    ],
)
def test_a_time_is_drawn_by_its_hours_days_or_weeks(
    start: str, hours: int, count: int, labels: tuple[str, str]
) -> None:
    begin = datetime.fromisoformat(start).replace(tzinfo=UTC)
    found = split_span(TimeSpan(begin, begin + timedelta(hours=hours)), LISBON, begin)
    assert len(found) == count
    assert (found[0].label, found[-1].label) == labels


@pytest.mark.parametrize(
    ("end", "at", "label"),
    [
        ("10:30", "10:19", "10:00, so far"),
        ("11:00", "10:50", "10:00, so far"),
        ("11:00", "11:00", "10:00"),
        ("10:30", "10:40", "10:00, to 10:30"),
    ],
)
def test_a_part_that_is_not_over_says_so_and_one_that_was_cut_short_says_until_when(
    end: str, at: str, label: str
) -> None:
    midnight, until, now = (datetime.fromisoformat(f"2026-03-10 {one}Z") for one in ("00:00", end, at))
    assert split_span(TimeSpan(midnight, until), LISBON, midnight, now)[-1].label == label


@given(
    start=st.integers(0, 4 * 366 * 96).map(lambda nth: datetime(2024, 1, 1, tzinfo=UTC) + nth * QUARTER),
    quarters=st.integers(1, 400 * 96),
    zone=st.sampled_from(
        ["Europe/Lisbon", "America/New_York", "Asia/Kathmandu", "Pacific/Apia", "Australia/Lord_Howe"]
    ),
)
def test_parts_follow_one_another_without_gap_and_have_names_of_their_own(
    start: datetime, quarters: int, zone: str
) -> None:
    span = TimeSpan(start, start + quarters * QUARTER)
    found = split_span(span, ZoneInfo(zone), start)
    assert [one.span.start for one in found] == [span.start, *(one.span.end for one in found[:-1])]
    assert found[-1].span.end == span.end
    assert len(found) <= MAX_PARTS
    assert len({one.label for one in found}) == len(found)


@given(
    start=st.integers(0, 4 * 366 * 96).map(lambda nth: datetime(2024, 1, 1, tzinfo=UTC) + nth * QUARTER),
    quarters=st.integers(1, 20 * 96),
    zone=st.sampled_from(
        ["Europe/Lisbon", "America/New_York", "Asia/Kathmandu", "Pacific/Apia", "Australia/Lord_Howe"]
    ).map(ZoneInfo),
)
def test_whole_parts_are_the_days_or_the_hours_of_the_brands_calendar(
    start: datetime, quarters: int, zone: ZoneInfo
) -> None:
    span = TimeSpan(start, start + quarters * QUARTER)
    found = list_whole_parts(span, zone, start, at=span.end)
    assert [one.span.end for one in found[:-1]] == [one.span.start for one in found[1:]]
    assert found[0].span.start <= span.start
    assert span.end <= found[-1].span.end
    starts = {one.span.start for one in found}
    days = {find_local_day(one, zone).span for one in starts}
    assert all(day.start in starts or day.start < found[0].span.start for day in days)
    if find_step(span, zone, QUARTER) == DAY:
        assert {one.span for one in found} == days
    assert ("so far" in found[-1].label) is (span.end < found[-1].span.end)
