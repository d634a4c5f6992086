"""Calendars from outside, sound and otherwise."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.calendars.calendar_errors import MAX_BYTES, CalendarError
from bot.calendars.ical_parser import MAX_EVENTS, MAX_SERIES, ParsedCalendar, parse_shifts
from bot.domain.oncall.schedule import Schedule
from bot.domain.periods import TimeSpan
from tests.calendars.sample_calendars import build_calendar, build_event

AT = datetime(2026, 3, 10, 9, tzinfo=UTC)
SPAN = TimeSpan(AT - timedelta(days=35), AT + timedelta(days=60))
NIGHTS = Schedule(
    name="nights",
    zone="Europe/Lisbon",
    calendar="nights.ics",
    named=(("Ana Lima", "U0ANA"), ("ben@northwind.example", "U0BEN"), ("Raj", "U0RAJ")),
)
HOURS = ",".join(map(str, range(24)))
ONE = ("20260310T200000Z", "20260311T080000Z")


def read(*events: str, head: str = "") -> ParsedCalendar:
    return parse_shifts(build_calendar(*events, head=head), NIGHTS, SPAN)


def told(found: ParsedCalendar) -> list[tuple[str, str, str]]:
    return [(one.person, f"{one.start:%d %H:%M}", f"{one.end:%d %H:%M}") for one in found.shifts]


def test_a_name_in_the_title_or_an_address_of_somebody_invited_says_who() -> None:
    found = read(
        build_event("On call: ana lima", *ONE),
        build_event("On call", "20260311T200000Z", "20260312T080000Z", "ATTENDEE;CN=Ben:mailto:Ben@northwind.example"),
        build_event("On call", "20260312T200000Z", "20260313T080000Z", "ATTENDEE;CN=Raj:mailto:r@northwind.example"),
    )

    assert told(found) == [
        ("U0ANA", "10 20:00", "11 08:00"),
        ("U0BEN", "11 20:00", "12 08:00"),
        ("U0RAJ", "12 20:00", "13 08:00"),
    ]


def test_who_is_not_in_the_playbook_is_put_on_call_by_no_calendar() -> None:
    found = read(build_event("Mallory", *ONE), build_event("Rajesh", *ONE), build_event("U0MIA", *ONE))

    assert found == ParsedCalendar((), 3)


def test_times_are_read_in_their_own_zone_and_days_in_that_of_the_schedule() -> None:
    found = read(
        build_event("Raj", "America/New_York:20260328T200000", "America/New_York:20260329T080000"),
        build_event("Raj", "20260401", "20260402"),
        build_event("Raj", "20260403T090000", "20260403T170000"),
    )

    assert told(found) == [
        ("U0RAJ", "29 00:00", "29 12:00"),
        ("U0RAJ", "31 23:00", "01 23:00"),
        ("U0RAJ", "03 08:00", "03 16:00"),
    ]


def test_a_repetition_without_an_end_is_read_as_far_as_anybody_looks_and_keeps_to_the_wall_clock() -> None:
    found = read(
        build_event(
            "Raj", "Europe/Lisbon:20200106T090000", "Europe/Lisbon:20200113T090000", "RRULE:FREQ=WEEKLY;INTERVAL=2"
        )
    )

    assert len(found.shifts) == 7
    assert {f"{one.start:%H:%M}" for one in found.shifts} == {"09:00", "08:00"}  # the clocks change on 29 March
    assert all(one.end > SPAN.start and one.start < SPAN.end for one in found.shifts)


def test_one_of_a_series_may_be_moved_left_out_or_cancelled() -> None:
    series = build_event(
        "Raj", "20260309T090000Z", "20260309T170000Z", "RRULE:FREQ=DAILY;COUNT=4", "EXDATE:20260310T090000Z", uid="s"
    )
    moved = build_event("Ana Lima", "20260311T120000Z", "20260311T130000Z", "RECURRENCE-ID:20260311T090000Z", uid="s")
    gone = build_event("Raj", "20260320T090000Z", "20260320T170000Z", "STATUS:CANCELLED")

    found = read(
        series.replace("UID:s-20260309T090000Z", "UID:s"), moved.replace("UID:s-20260311T120000Z", "UID:s"), gone
    )

    assert told(found) == [
        ("U0RAJ", "09 09:00", "09 17:00"),
        ("U0ANA", "11 12:00", "11 13:00"),
        ("U0RAJ", "12 09:00", "12 17:00"),
    ]


def test_a_shift_has_the_same_source_each_time_it_is_read() -> None:
    text = build_calendar(build_event("Raj", "20260101T090000Z", "20260101T170000Z", "RRULE:FREQ=DAILY"))
    later = TimeSpan(SPAN.start + timedelta(days=1), SPAN.end + timedelta(days=1))

    one, other = parse_shifts(text, NIGHTS, SPAN), parse_shifts(text, NIGHTS, later)
    assert set(one.shifts[1:]) <= set(other.shifts)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "it is not an iCalendar file"),
        ("<html><body>Sign in</body></html>", "it is not an iCalendar file"),
        (build_calendar(build_event("Raj", *ONE))[: 1000 // 9], "it is incomplete"),
        (build_event("Raj", *ONE), "it is not an iCalendar file"),
        ("X" * (MAX_BYTES + 1), "it is larger than 1 MB"),
        (
            build_calendar(*[build_event("Raj", *ONE, uid=str(n)) for n in range(MAX_EVENTS + 1)]),
            "it has more than 2,000 events",
        ),
        (
            build_calendar(*[build_event("Raj", *ONE, "RRULE:FREQ=DAILY", uid=str(n)) for n in range(MAX_SERIES + 1)]),
            "more than 200 of its events repeat",
        ),
        (build_calendar(build_event("Raj", *ONE, "RRULE:FREQ=SECONDLY")), "repeats every hour or more often"),
        (build_calendar(build_event("Raj", *ONE, "RRULE:FREQ=HOURLY;INTERVAL=12")), "repeats every hour or more often"),
        (
            build_calendar(
                build_event("Raj", *ONE, f"RRULE:FREQ=DAILY;BYHOUR={HOURS};BYMINUTE={','.join(map(str, range(60)))}")
            ),
            "every hour or more",
        ),
        (
            build_calendar(build_event("Raj", "00010101T000000Z", "00010101T080000Z", "RRULE:FREQ=DAILY")),
            "takes too long",
        ),
        (
            build_calendar(
                *[build_event("Raj", *ONE, f"RRULE:FREQ=DAILY;BYHOUR={HOURS}", uid=str(n)) for n in range(9)]
            ),
            "more than 5,000 shifts",
        ),
        (
            build_calendar(*[build_event("Raj", *ONE, "RRULE:FREQ=DAILY", uid=str(n)) for n in range(90)]),
            "more than 5,000 shifts",
        ),
    ],
    ids=lambda value: value[:40] if len(value) < 400 else "long",
)
def test_what_cannot_be_used_is_refused_with_the_reason(text: str, words: str) -> None:
    with pytest.raises(CalendarError, match=words):
        parse_shifts(text, NIGHTS, SPAN)


PARTS = (
    "FREQ=YEARLY FREQ=MONTHLY BYMONTHDAY=31 BYMONTH=2 BYDAY=5MO BYSETPOS=-1 INTERVAL=0 COUNT=-1 UNTIL=20260101 "
    "UNTIL=nonsense BYHOUR=99 FREQ=FORTNIGHTLY WKST=XX BYYEARDAY=366 INTERVAL=99999"
)
RULES = st.lists(st.sampled_from(PARTS.split()), max_size=5).map(";".join)
TIMES = st.sampled_from(["20260310T090000Z", "20260310", "20260310T250000", "Nowhere/City:20260310T090000", "soon", ""])
LINES = st.sampled_from(
    ["EXDATE:20260310", "RDATE:99991231T000000Z", "RECURRENCE-ID:20260310T090000Z", "DURATION:-P1D", "X:;"]
)


@given(TIMES, TIMES, RULES, st.lists(LINES, max_size=3))
def test_whatever_stands_in_an_event_it_is_shifts_or_a_reason(
    start: str, end: str, rule: str, lines: list[str]
) -> None:
    text = build_calendar(build_event("Raj", start, end, f"RRULE:{rule}", *lines))
    try:
        found = parse_shifts(text, NIGHTS, SPAN)
    except CalendarError:
        return

    assert all(one.start < one.end for one in found.shifts)
