"""Ranges in words: what is understood, what is asked back, and that clocks may change meanwhile."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import NotAllowed
from bot.domain.periods import DAY, QUARTER, TimeSpan, floor_to_quarter, subtract_weeks
from bot.domain.reports.range_points import MONTHS, WEEKDAYS
from bot.domain.reports.ranges import ReportRange, parse_known_range, parse_range

LISBON, KATHMANDU, NEW_YORK = (ZoneInfo(name) for name in ("Europe/Lisbon", "Asia/Kathmandu", "America/New_York"))
INSTANTS = st.integers(0, 4 * 366 * 86_400).map(
    lambda seconds: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
)
CLOCKS = st.times().map(lambda clock: f"{clock:%H:%M}")
WORDS = st.one_of(
    st.sampled_from(["today", "yesterday", "week", "month", "this week", "last week", "this month", "last month"]),
    st.builds("last {} {}".format, st.integers(1, 60), st.sampled_from(["hours", "days"])),
    st.builds("since {} {}".format, st.sampled_from(WEEKDAYS), CLOCKS),
    st.builds("{}".format, st.sampled_from([*MONTHS, *WEEKDAYS])),
    st.builds("{} {}".format, st.integers(1, 28), st.sampled_from(MONTHS)),
    st.builds("{0}–{1} {2}".format, st.integers(1, 14), st.integers(14, 28), st.sampled_from(MONTHS)),
)
SUNDAY = datetime(2026, 11, 29, 15, 7, tzinfo=UTC)


def at(words: str) -> datetime:
    return datetime.fromisoformat(words).replace(tzinfo=UTC)


def understand(words: str, now: datetime = SUNDAY, zone: ZoneInfo = LISBON) -> ReportRange:
    return parse_known_range(words, now, zone)


@pytest.mark.parametrize(
    ("words", "label", "start", "end"),
    [
        ("today", "today", "2026-11-29 00:00", "2026-11-29 15:15"),
        (
            "yesterday noon to 13:00",
            "from Sat 28 Nov, 12:00 to Sat 28 Nov, 13:00",
            "2026-11-28 12:00",
            "2026-11-28 13:00",
        ),
        ("fortnight", "in the last 2 weeks", "2026-11-16 00:00", "2026-11-29 15:15"),
        ("yesterday", "yesterday", "2026-11-28 00:00", "2026-11-29 00:00"),
        ("week", "in the last 7 days", "2026-11-23 00:00", "2026-11-29 15:15"),
        ("month", "in the last 30 days", "2026-10-31 00:00", "2026-11-29 15:15"),
        ("this week", "this week", "2026-11-23 00:00", "2026-11-29 15:15"),
        ("last week", "last week", "2026-11-16 00:00", "2026-11-23 00:00"),
        ("this month", "this month", "2026-11-01 00:00", "2026-11-29 15:15"),
        ("last month", "in October", "2026-09-30 23:00", "2026-11-01 00:00"),
        ("march", "in March", "2026-03-01 00:00", "2026-03-31 23:00"),
        ("in mar 2026", "in March", "2026-03-01 00:00", "2026-03-31 23:00"),
        ("last 3 days", "in the last 3 days", "2026-11-27 00:00", "2026-11-29 15:15"),
        ("last 24 hours", "in the last 24 hours", "2026-11-28 15:00", "2026-11-29 15:15"),
        ("24 nov", "on Tue 24 Nov", "2026-11-24 00:00", "2026-11-25 00:00"),
        ("november 24th", "on Tue 24 Nov", "2026-11-24 00:00", "2026-11-25 00:00"),
        ("24 dec 2025", "on Wed 24 Dec 2025", "2025-12-24 00:00", "2025-12-25 00:00"),
        ("2026-03-05", "on Thu 5 Mar", "2026-03-05 00:00", "2026-03-06 00:00"),
        ("tuesday", "on Tue 24 Nov", "2026-11-24 00:00", "2026-11-25 00:00"),
        ("1–15 march", "from Sun 1 Mar to Sun 15 Mar", "2026-03-01 00:00", "2026-03-16 00:00"),
        ("from 28 mar to 2 april", "from Sat 28 Mar to Thu 2 Apr", "2026-03-28 00:00", "2026-04-02 23:00"),
        ("since friday 18:00", "since Fri 27 Nov, 18:00", "2026-11-27 18:00", "2026-11-29 15:15"),
        ("since sunday 18:00", "since Sun 22 Nov, 18:00", "2026-11-22 18:00", "2026-11-29 15:15"),
        (
            "friday 18:00 - sunday",
            "from Fri 27 Nov, 18:00 to Sun 29 Nov so far",
            "2026-11-27 18:00",
            "2026-11-29 15:15",
        ),
    ],
)
def test_what_people_say_is_understood(words: str, label: str, start: str, end: str) -> None:
    found = understand(words)
    assert (found.words, found.label, found.current) == (words, label, TimeSpan(at(start), at(end)))


TUESDAY = datetime(2026, 3, 10, 10, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    ("words", "label", "start", "end"),
    [
        ("5 march 2:30 to 4:00", "from Thu 5 Mar, 02:30 to Thu 5 Mar, 04:00", "2026-03-05 02:30", "2026-03-05 04:00"),
        ("5 march 22:00 to 2:00", "from Thu 5 Mar, 22:00 to Fri 6 Mar, 02:00", "2026-03-05 22:00", "2026-03-06 02:00"),
        (
            "yesterday 10:00 to 11:00",
            "from Mon 9 Mar, 10:00 to Mon 9 Mar, 11:00",
            "2026-03-09 10:00",
            "2026-03-09 11:00",
        ),
        (
            "10:00 to 11:00",
            "from Tue 10 Mar, 10:00 to Tue 10 Mar, 11:00 so far",
            "2026-03-10 10:00",
            "2026-03-10 10:30",
        ),
        ("8:00 to 10:00", "from Tue 10 Mar, 08:00 to Tue 10 Mar, 10:00", "2026-03-10 08:00", "2026-03-10 10:00"),
        (
            "yesterday 22:00 to 24:00",
            "from Mon 9 Mar, 22:00 to Tue 10 Mar, 00:00",
            "2026-03-09 22:00",
            "2026-03-10 00:00",
        ),
        (
            "5 march 18:00 to 6 march 24:00",
            "from Thu 5 Mar, 18:00 to Sat 7 Mar, 00:00",
            "2026-03-05 18:00",
            "2026-03-07 00:00",
        ),
        ("since friday 24:00", "since Sat 7 Mar, 00:00", "2026-03-07 00:00", "2026-03-10 10:30"),
        ("1–15 march", "from Sun 1 Mar to Sun 15 Mar so far", "2026-03-01 00:00", "2026-03-10 10:30"),
        ("9 march to 12 march", "from Mon 9 Mar to Thu 12 Mar so far", "2026-03-09 00:00", "2026-03-10 10:30"),
        ("march", "in March so far", "2026-03-01 00:00", "2026-03-10 10:30"),
        ("tuesday", "on Tue 10 Mar so far", "2026-03-10 00:00", "2026-03-10 10:30"),
        ("monday to friday", "from Mon 9 Mar to Fri 13 Mar so far", "2026-03-09 00:00", "2026-03-10 10:30"),
        ("friday to monday", "from Fri 6 Mar to Mon 9 Mar", "2026-03-06 00:00", "2026-03-10 00:00"),
        ("last hour", "in the last hour", "2026-03-10 09:15", "2026-03-10 10:30"),
        ("24 hours", "in the last 24 hours", "2026-03-09 10:15", "2026-03-10 10:30"),
        ("this morning", "this morning (6:00 to 12:00) so far", "2026-03-10 06:00", "2026-03-10 10:30"),
        ("last tuesday", "on Tue 3 Mar", "2026-03-03 00:00", "2026-03-04 00:00"),
        ("since last friday", "since Fri 6 Mar", "2026-03-06 00:00", "2026-03-10 10:30"),
        ("6.3.2026", "on Fri 6 Mar", "2026-03-06 00:00", "2026-03-07 00:00"),
        ("this year", "this year", "2026-01-01 00:00", "2026-03-10 10:30"),
    ],
)
def test_what_managers_say_on_a_tuesday_morning_is_understood(words: str, label: str, start: str, end: str) -> None:
    found = understand(words, TUESDAY)
    assert (found.words, found.label, found.current) == (words, label, TimeSpan(at(start), at(end)))


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        (
            "29 march 1:30",
            "There was no 01:30 on 29 Mar 2026: the clocks went forward. Did you mean `since 29 mar 2026 02:30",
        ),
        ("29 march 1:30 to 2:30", "There was no 01:30 on 29 Mar 2026"),
        ("since friday 25:00", "There's no time 25:00 on the clock."),
        ("yesterday 10:00", "From 10:00 until when? Try `since 29 mar 2026 10:00`, or `29 mar 2026 10:00 to 11:00`."),
        ("last 1000 days", "“last 1000 days” is too long ago: figures are kept for 400 days."),
        ("last 99999 weeks", "“last 99999 weeks” is too long ago"),
        ("40.13.2026", "No month 13."),
        ("this evening", "“this evening” is still to come."),
    ],
)
def test_what_is_no_time_of_the_day_or_too_long_says_so(words: str, answer: str) -> None:
    now = at("2026-03-30 09:22")
    with pytest.raises(NotAllowed) as no:
        understand(words, now)
    assert str(no.value).startswith(answer)
    for offer in str(no.value).split("`")[1::2]:
        assert understand(offer, now)


def test_a_range_without_days_that_goes_backwards_offers_the_order_that_is_understood() -> None:
    with pytest.raises(NotAllowed) as no:
        understand("10:00 to 9:00", TUESDAY)
    [offer] = str(no.value).split("`")[1::2]
    assert understand(offer, TUESDAY).current == TimeSpan(at("2026-03-10 09:00"), at("2026-03-10 10:00"))


def test_what_follows_is_left_for_the_subject() -> None:
    for words in ("last week northwind go", "1–15 march northwind go", "since friday 18:00 northwind go"):
        found = parse_range(words, SUNDAY, LISBON)
        assert found is not None
        assert found[1] == "northwind go"


@pytest.mark.parametrize("words", ["", "care", "since", "last", "last potato", "since whenever", "0 to 5", "marching"])
def test_what_is_no_range_is_left_alone(words: str) -> None:
    assert parse_range(words, SUNDAY, LISBON) is None


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("30 nov", "30 nov 2026 is still to come. Did you mean `30 nov 2025`?"),
        ("december", "December 2026 is still to come. Did you mean `december 2025`?"),
        ("2027-01-01", "“2027-01-01” is still to come."),
        ("since 18:00", "“since 18:00” is still to come."),
        ("tomorrow", "“tomorrow” is still to come."),
        ("since tomorrow", "“since tomorrow” is still to come."),
        ("next week", "“next week” is still to come."),
        ("next month", "“next month” is still to come."),
        ("15–1 march", "Sun 15 Mar is after Sun 1 Mar. Did you mean `1 mar 2026 – 15 mar 2026`?"),
        ("31 feb", "February 2026 has no day 31."),
        ("24 dec 2024", "“24 dec 2024” is too long ago: figures are kept for 400 days."),
    ],
)
def test_a_wrong_range_is_asked_back_with_words_that_are_understood(words: str, answer: str) -> None:
    with pytest.raises(NotAllowed) as no:
        understand(words)
    assert str(no.value).startswith(answer)
    for offer in str(no.value).split("`")[1::2]:
        assert understand(offer)


def test_today_begins_at_midnight_of_the_brand_and_not_of_the_server() -> None:
    assert understand("today", at("2026-03-10 20:00"), KATHMANDU).current.start == at("2026-03-10 18:15")


def test_a_day_until_now_is_held_against_the_same_hours_of_four_weeks() -> None:
    found = understand("today", at("2026-03-10 14:07"))
    assert found.before[0] == TimeSpan(at("2026-03-03 00:00"), at("2026-03-03 14:15"))
    assert found.before[3] == TimeSpan(at("2026-02-10 00:00"), at("2026-02-10 14:15"))
    assert found.elapsed == pytest.approx((14 * 60 + 7) / (14 * 60 + 15))
    assert understand("yesterday").elapsed == 1


def test_a_longer_time_is_held_against_the_same_weekdays_before_it_began() -> None:
    assert understand("week").before == (TimeSpan(at("2026-11-16 00:00"), at("2026-11-22 15:15")),)
    assert understand("last 3 days").before == (TimeSpan(at("2026-11-20 00:00"), at("2026-11-22 15:15")),)
    assert understand("march").weeks == 5


def test_a_time_so_long_that_only_whole_days_are_known_before_it_is_compared_with_whole_days() -> None:
    found = understand("last 60 days")
    assert found.before == (TimeSpan(at("2026-07-29 23:00"), at("2026-09-27 23:00")),)
    assert found.is_running
    assert found.elapsed == pytest.approx((59 + (15 * 60 + 7) / 1440) / 60, abs=0.001)


@pytest.mark.parametrize(("asked_at", "hours"), [("2026-03-30 09:00", 23), ("2026-10-26 09:00", 25)])
def test_a_day_on_which_the_clocks_change_has_its_own_length(asked_at: str, hours: int) -> None:
    found = understand("yesterday", at(asked_at))
    assert found.current.end - found.current.start == timedelta(hours=hours)
    assert [one.end - one.start for one in found.before] == [timedelta(hours=24)] * 4


def test_a_day_whose_midnight_the_clocks_skip_begins_when_they_do() -> None:
    """In Beirut, 2026-03-29 begins at one o'clock."""
    found = understand("today", at("2026-03-29 10:00"), ZoneInfo("Asia/Beirut"))
    assert found.current.start == at("2026-03-28 22:00")


@given(instant=INSTANTS, zone=st.sampled_from(sorted(available_timezones())), words=WORDS)
def test_spans_of_any_zone_lie_on_quarters_and_do_not_overlap(instant: datetime, zone: str, words: str) -> None:
    try:
        found = understand(words, instant, ZoneInfo(zone))
    except NotAllowed:
        return
    spans = (found.current, *found.before)
    assert all(edge == floor_to_quarter(edge) for span in spans for edge in span)
    assert all(one.start <= one.end <= found.current.start for one in found.before)
    assert found.current.start < found.current.end <= floor_to_quarter(instant) + QUARTER
    assert 0 <= found.elapsed <= 1


@given(instant=INSTANTS, zone=st.sampled_from([LISBON, NEW_YORK]), words=WORDS)
def test_ranges_begin_and_end_when_the_brands_own_clock_says_so(instant: datetime, zone: ZoneInfo, words: str) -> None:
    try:
        found = understand(words, instant, zone)
    except NotAllowed:
        return
    start, end = (edge.astimezone(zone) for edge in found.current)
    if ":" not in words and "hours" not in words:
        assert (start.hour, start.minute) == (0, 0)
        assert found.is_running or (end.hour, end.minute) == (0, 0)
    for nth, span in enumerate(found.before, 1):
        then = span.start.astimezone(zone)
        assert start.date() - then.date() == timedelta(weeks=found.weeks or nth)
        assert then.time() == start.time() or then.utcoffset() != start.utcoffset() or _is_near_change(start, zone)


def _is_near_change(moment: datetime, zone: ZoneInfo) -> bool:
    around = (moment.astimezone(UTC) + timedelta(hours=hours) for hours in (-3, 3))
    return len({one.astimezone(zone).utcoffset() for one in around}) > 1


@given(instant=INSTANTS, zone=st.sampled_from(["Asia/Kathmandu", "Europe/Lisbon", "Pacific/Apia", "UTC"]))
def test_every_hour_and_day_of_a_span_is_named(instant: datetime, zone: str) -> None:
    span = understand("week", instant, ZoneInfo(zone)).current
    assert {hour + n * QUARTER for hour in span.list_hours() for n in range(4)} >= {span.start, span.end - QUARTER}
    assert {day.date() for day in span.list_days()} >= {span.start.date(), (span.end - QUARTER).date()}
    assert timedelta() <= span.start - min(span.list_days()) < DAY


def test_a_span_that_began_in_an_hour_which_did_not_exist_a_week_before_is_empty_there() -> None:
    lisbon = ZoneInfo("Europe/Lisbon")
    span = TimeSpan(*(datetime(2026, 4, 5, *clock, tzinfo=lisbon).astimezone(UTC) for clock in ((1, 45), (2, 0))))
    assert subtract_weeks(span, 1, lisbon) == (datetime(2026, 3, 29, 1, 45, tzinfo=UTC),) * 2
