"""Business hours across midnight and the two nights a year on which a day has not 24 hours."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.business_hours import BusinessHours, parse_window

LISBON = "Europe/Lisbon"
NEW_YORK = "America/New_York"


def hours(*windows: str, zone: str = LISBON) -> BusinessHours:
    return BusinessHours(windows=tuple(map(parse_window, windows)), zone=zone)


def local(words: str, zone: str = LISBON) -> datetime:
    return datetime.fromisoformat(words).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


@pytest.mark.parametrize(
    ("words", "days", "start", "end"),
    [
        ("Mon-Fri 08:00-20:00", {0, 1, 2, 3, 4}, "08:00", "20:00"),
        ("Sat,Sun 10:00-14:00", {5, 6}, "10:00", "14:00"),
        ("Fri-Mon 22:00-06:00", {4, 5, 6, 0}, "22:00", "06:00"),
        ("monday, Wednesday 9:00 - 24:00", {0, 2}, "09:00", "00:00"),
        ("Mon-Tue,Thurs 00:00-24:00", {0, 1, 3}, "00:00", "00:00"),
    ],
)
def test_a_window_is_read_as_a_person_writes_it(words: str, days: set[int], start: str, end: str) -> None:
    window = parse_window(words)

    assert (set(window.days), f"{window.start:%H:%M}", f"{window.end:%H:%M}") == (days, start, end)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("", "'' is not a range of hours"),
        ("08:00-20:00", "Write it like 'Mon-Fri 08:00-20:00'"),
        ("Mon-Fri", "Write it like"),
        ("Mon-Fri 8-20", "Write it like"),
        ("Mon 25:00-26:00", "'25:00' is not a time of day"),
        ("Mon 08:60-09:00", "'08:60' is not a time of day"),
        ("Mo-Fri 08:00-20:00", "'Mo' is not a day of the week"),
        ("Monkey 08:00-20:00", "'Monkey' is not a day of the week"),
        ("Mon- 08:00-20:00,", "Write it like"),
    ],
)
def test_what_is_no_window_is_refused_with_a_sentence(words: str, sentence: str) -> None:
    with pytest.raises(ValueError, match="is no") as refused:
        parse_window(words)

    assert sentence in str(refused.value)


@pytest.mark.parametrize(
    ("at", "state"),
    [
        ("2026-03-10 07:59:59", "closed"),
        ("2026-03-10 08:00", "open"),
        ("2026-03-10 19:59:59", "open"),
        ("2026-03-10 20:00", "closed"),
        ("2026-03-14 12:00", "closed"),
    ],
)
def test_a_window_holds_its_first_instant_and_not_its_last(at: str, state: str) -> None:
    assert hours("Mon-Fri 08:00-20:00").is_open_at(local(at)) is (state == "open")


@pytest.mark.parametrize(
    ("at", "state"),
    [
        ("2026-03-13 21:00", "closed"),
        ("2026-03-13 23:00", "open"),
        ("2026-03-14 05:00", "open"),  # still Friday's night
        ("2026-03-14 06:00", "closed"),
        ("2026-03-14 23:00", "closed"),  # Saturday's own night does not open
        ("2026-03-16 05:00", "closed"),  # nor did Sunday's
    ],
)
def test_a_night_shift_belongs_to_the_day_on_which_it_begins(at: str, state: str) -> None:
    assert hours("Mon-Fri 22:00-06:00").is_open_at(local(at)) is (state == "open")


@pytest.mark.parametrize(
    ("windows", "start", "working", "end"),
    [
        (["Mon-Fri 08:00-20:00"], "2026-03-10 09:00", "1:00", "2026-03-10 10:00"),
        (["Mon-Fri 08:00-20:00"], "2026-03-10 03:00", "0:15", "2026-03-10 08:15"),
        (["Mon-Fri 08:00-20:00"], "2026-03-10 19:50", "0:15", "2026-03-11 08:05"),
        (["Mon-Fri 08:00-20:00"], "2026-03-13 19:50", "0:15", "2026-03-16 08:05"),  # over a weekend
        (["Mon-Fri 08:00-20:00"], "2026-03-10 19:00", "1:00", "2026-03-10 20:00"),  # to the last minute
        (["Mon-Fri 08:00-20:00"], "2026-03-10 09:00", "24:00", "2026-03-12 09:00"),
        (["Mon-Fri 22:00-06:00"], "2026-03-13 23:00", "8:00", "2026-03-16 23:00"),
        (["Mon 08:00-12:00", "Mon 10:00-14:00"], "2026-03-09 08:00", "5:00", "2026-03-09 13:00"),  # overlap counts once
        (["Mon 08:00-20:00", "Mon 09:00-10:00"], "2026-03-09 08:00", "12:00", "2026-03-09 20:00"),
        (["Mon 22:00-06:00", "Tue 05:00-07:00"], "2026-03-09 22:00", "9:00", "2026-03-10 07:00"),
        (["Mon-Sun 00:00-24:00"], "2026-03-10 09:00", "72:00", "2026-03-13 09:00"),
    ],
)
def test_a_clock_runs_only_while_somebody_is_there(windows: list[str], start: str, working: str, end: str) -> None:
    whole, minutes = map(int, working.split(":"))

    assert hours(*windows).add_working_time(local(start), timedelta(hours=whole, minutes=minutes)) == local(end)


@pytest.mark.parametrize(
    ("zone", "windows", "start", "working", "end"),
    [
        # spring: 01:00 -> 02:00 in Lisbon, 02:00 -> 03:00 in New York; the night shift is an hour shorter
        (LISBON, "Sat 22:00-06:00", "2026-03-28 22:00", 7, "2026-03-29 06:00"),
        (NEW_YORK, "Sat 22:00-06:00", "2026-03-07 22:00", 7, "2026-03-08 06:00"),
        (NEW_YORK, "Sat-Sun 01:00-05:00", "2026-03-08 01:00", 2, "2026-03-08 04:00"),
        # autumn: 02:00 -> 01:00; it is an hour longer
        (LISBON, "Sat 22:00-06:00", "2026-10-24 22:00", 9, "2026-10-25 06:00"),
        (NEW_YORK, "Sat 22:00-06:00", "2026-10-31 22:00", 9, "2026-11-01 06:00"),
        # a window that begins in the hour that is not there, and one that lies in it
        (NEW_YORK, "Sun 02:30-06:00", "2026-03-08 00:00", 1, "2026-03-08 04:30"),
        (NEW_YORK, "Sun 02:15-02:45", "2026-03-08 00:00", 0.25, "2026-03-08 03:30"),
    ],
)
def test_on_the_nights_when_clocks_change_an_hour_is_an_hour(
    zone: str, windows: str, start: str, working: float, end: str
) -> None:
    there = hours(windows, zone=zone)

    assert there.add_working_time(local(start, zone), timedelta(hours=working)) == local(end, zone)


def test_office_hours_stay_office_hours_over_a_change_of_clocks() -> None:
    office = hours("Mon-Fri 09:00-17:00", zone=NEW_YORK)

    before, after = datetime(2026, 3, 6, 14, tzinfo=UTC), datetime(2026, 3, 9, 13, tzinfo=UTC)
    assert [office.is_open_at(before), office.is_open_at(after)] == [True, True]
    assert [office.is_open_at(at - timedelta(seconds=1)) for at in (before, after)] == [False, False]


def test_no_hours_at_all_means_always() -> None:
    at = local("2026-03-14 03:00")

    assert BusinessHours().is_open_at(at)
    assert BusinessHours().add_working_time(at, timedelta(days=2)) == at + timedelta(days=2)


def test_without_hours_a_day_is_24_hours_even_if_told_in_a_zone_that_changes() -> None:
    start = datetime(2026, 3, 28, 12, tzinfo=ZoneInfo(LISBON))

    assert BusinessHours().add_working_time(start, timedelta(days=1)) == datetime(2026, 3, 29, 12, tzinfo=UTC)


moments = st.datetimes(datetime(2025, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
spans = st.timedeltas(timedelta(), timedelta(days=4))
plans = st.lists(
    st.builds(
        lambda days, start, end: f"{days} {start // 60:02}:{start % 60:02}-{end // 60:02}:{end % 60:02}",
        st.sampled_from(["Mon", "Mon-Fri", "Sat,Sun", "Wed-Mon", "Sun"]),
        st.integers(0, 1439),
        st.integers(0, 1440),
    ),
    min_size=1,
    max_size=3,
)
zones = st.sampled_from([LISBON, NEW_YORK, "Asia/Kolkata", "Australia/Lord_Howe", "UTC"])


@given(plans, zones, moments, spans, spans)
def test_more_work_never_ends_sooner(
    plan: list[str], zone: str, start: datetime, one: timedelta, more: timedelta
) -> None:
    there = hours(*plan, zone=zone)

    assert start <= there.add_working_time(start, one) <= there.add_working_time(start, one + more)


@given(plans, zones, moments, st.timedeltas(timedelta(minutes=1), timedelta(hours=30)))
def test_a_clock_runs_out_while_somebody_is_there(plan: list[str], zone: str, start: datetime, work: timedelta) -> None:
    there = hours(*plan, zone=zone)
    end = there.add_working_time(start, work)

    assert there.is_open_at(end - timedelta(microseconds=1)) or end - start >= timedelta(days=370)


@given(plans, zones, moments, spans)
def test_exactly_the_work_lies_between_start_and_end(
    plan: list[str], zone: str, start: datetime, work: timedelta
) -> None:
    """What is left to do at any moment on the way takes until the same end."""
    there = hours(*plan, zone=zone)
    half = there.add_working_time(start, work / 2)

    ends = there.add_working_time(start, work), there.add_working_time(half, work - work / 2)
    assert ends[0] == ends[1] or max(ends) - start >= timedelta(days=370)
