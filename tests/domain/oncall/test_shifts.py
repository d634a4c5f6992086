"""Turns, layers, windows and changes; and that no instant is forgotten or given twice."""

import itertools
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.business_hours import parse_window
from bot.domain.oncall.schedule import Schedule, ScheduleLayer, ScheduleRoster, Shift
from bot.domain.oncall.shifts import (
    find_next_change,
    find_schedule_gaps,
    find_shift,
    list_shifts,
    merge_consecutive_shifts,
    subtract_intervals,
)
from bot.domain.periods import TimeSpan
from tests.domain.oncall.samples import ANA, BEN, RAJ, at, layer, override, roster


def person(found: ScheduleRoster, moment: datetime) -> str:
    shift = find_shift(found, moment)
    return shift.person if shift else "nobody"


@pytest.mark.parametrize(
    ("days", "moment", "expected"),
    [
        (1, at(2, 8, 59), "nobody"),  # before the first turn
        (1, at(2, 9), ANA),
        (1, at(3, 8, 59), ANA),
        (1, at(3, 9), BEN),
        (1, at(4, 9), RAJ),
        (1, at(5, 9), ANA),
        (7, at(9, 8, 59), ANA),
        (7, at(9, 9), BEN),
        (3, at(5, 9), BEN),
        (3, at(11, 9), ANA),
    ],
)
def test_people_take_turns_of_some_days_from_hand_over_to_hand_over(days: int, moment: datetime, expected: str) -> None:
    assert person(roster(layer(ANA, BEN, RAJ, days=days)), moment) == expected


def test_the_sun_is_followed_by_layers_that_each_have_some_hours_of_the_day() -> None:
    sun = roster(
        layer(ANA, hours="Mon-Sun 08:00-16:00", zone="Europe/Lisbon", hand_over="00:00"),
        layer(BEN, hours="Mon-Sun 08:00-16:00", zone="America/Los_Angeles", hand_over="00:00"),
        layer(RAJ, hours="Mon-Sun 08:00-16:00", zone="Asia/Singapore", hand_over="00:00"),
    )

    assert [person(sun, at(4, hour, 30)) for hour in (8, 15, 16, 23, 0, 7)] == [ANA, ANA, BEN, BEN, RAJ, RAJ]


def test_a_later_layer_counts_where_it_has_somebody_and_the_one_below_elsewhere() -> None:
    weekends = roster(layer(ANA), layer(BEN, hours="Sat-Sun 00:00-24:00", hand_over="00:00"))

    assert [person(weekends, at(day, 12)) for day in (6, 7, 8, 9)] == [ANA, BEN, BEN, ANA]


def test_a_layer_of_nights_leaves_the_days_to_nobody_and_that_is_a_gap() -> None:
    nights = roster(layer(ANA, BEN, hours="Mon-Sun 20:00-08:00", hand_over="12:00"))

    assert [person(nights, at(5, hour)) for hour in (7, 8, 19, 20)] == [ANA, "nobody", "nobody", BEN]
    assert find_schedule_gaps(nights, TimeSpan(at(4), at(6))) == (
        TimeSpan(at(4, 8), at(4, 20)),
        TimeSpan(at(5, 8), at(5, 20)),
    )


def test_a_change_goes_over_every_layer_and_the_later_of_two_over_the_earlier() -> None:
    changed = roster(
        layer(ANA),
        overrides=(override(BEN, at(3, 22), at(4, 6)), override(RAJ, at(4, 0), at(4, 2))),
    )

    assert [person(changed, at(3, 21)), person(changed, at(3, 23))] == [ANA, BEN]
    assert [person(changed, at(4, 1)), person(changed, at(4, 3)), person(changed, at(4, 7))] == [RAJ, BEN, ANA]


def test_a_shift_that_begins_in_the_past_is_told_whole() -> None:
    found = list_shifts(roster(layer(ANA, BEN, days=7)), TimeSpan(at(4), at(4, 1)))

    assert found == (Shift(ANA, at(2, 9), at(9, 9), "1:0"),)


def test_one_person_who_follows_herself_has_one_stint_and_nothing_ever_changes() -> None:
    alone = roster(layer(ANA))

    assert merge_consecutive_shifts(list_shifts(alone, TimeSpan(at(4), at(6)))) == (
        Shift(ANA, at(3, 9), at(6, 9), "1:1"),
    )
    assert find_next_change(alone, at(4)) is None


def test_the_next_change_is_the_next_hand_over_to_somebody_else_or_the_end_of_a_gap() -> None:
    nights = roster(layer(ANA, BEN, days=7, hours="Mon-Fri 20:00-08:00"))

    assert find_next_change(nights, at(3, 21)) == at(4, 8)
    assert find_next_change(nights, at(4, 9)) == at(4, 20)


def test_who_is_booked_in_a_calendar_is_below_every_layer() -> None:
    booked = (Shift(ANA, at(3), at(5), "a"), Shift(BEN, at(4), at(5), "b"))
    found = ScheduleRoster(Schedule(name="public", layers=(layer(RAJ, hours="Wed 12:00-13:00"),)), (), booked)

    assert [person(found, at(3, 1)), person(found, at(4, 1)), person(found, at(4, 12))] == [ANA, BEN, RAJ]
    assert person(found, at(5)) == "nobody"


NIGHT = [  # Lisbon, 28 and 29 March 2026: 01:00 is followed by 02:00
    (at(29, 0, 29), ANA),
    (at(29, 0, 59), ANA),
    (at(29, 1, 0), BEN),  # the hand-over at 01:30 never comes: it is when the clocks jump
    (at(30, 0, 29), BEN),  # 01:29 in Lisbon, which is an hour ahead from now on
    (at(30, 0, 30), RAJ),
]


@pytest.mark.parametrize(("moment", "expected"), NIGHT)
def test_the_night_the_clocks_go_forward(moment: datetime, expected: str) -> None:
    found = roster(layer(ANA, BEN, RAJ, hand_over="01:30", zone="Europe/Lisbon", start=date(2026, 3, 28)))

    assert person(found, moment) == expected


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (at(25, 0, 29, month=10), ANA),
        (at(25, 0, 30, month=10), BEN),  # 01:30 for the first time
        (at(25, 1, 30, month=10), BEN),  # 01:30 for the second
        (at(26, 1, 29, month=10), BEN),
        (at(26, 1, 30, month=10), RAJ),
    ],
)
def test_the_night_the_clocks_go_back(moment: datetime, expected: str) -> None:
    found = roster(layer(ANA, BEN, RAJ, hand_over="01:30", zone="Europe/Lisbon", start=date(2026, 10, 24)))

    assert person(found, moment) == expected


CHANGES = {  # around the days on which the clocks of these places change
    "Europe/Lisbon": (date(2026, 3, 29), date(2026, 10, 25)),
    "America/New_York": (date(2026, 3, 8), date(2026, 11, 1)),
    "Australia/Lord_Howe": (date(2026, 4, 5), date(2026, 10, 4)),
    "Pacific/Apia": (date(2011, 12, 30), date(2011, 4, 2)),
}
WINDOWS = ("Mon-Sun 20:00-08:00", "Sat-Sun 00:00-24:00", "Mon-Fri 01:30-02:15", "Sun 01:00-03:00", "Fri 22:00-02:30")


@st.composite
def layers(draw: st.DrawFn, day: date, zone: str) -> ScheduleLayer:
    return ScheduleLayer(
        people=tuple(draw(st.lists(st.sampled_from([ANA, BEN, RAJ]), min_size=1, max_size=3))),
        days=draw(st.integers(1, 9)),
        hand_over=time(draw(st.integers(0, 4)), draw(st.sampled_from([0, 15, 30, 45]))),
        start=day - timedelta(days=draw(st.integers(-2, 20))),
        windows=tuple(map(parse_window, draw(st.lists(st.sampled_from(WINDOWS), max_size=2)))),
        zone=zone,
    )


@st.composite
def rosters(draw: st.DrawFn) -> tuple[ScheduleRoster, TimeSpan]:
    zone = draw(st.sampled_from(sorted(CHANGES)))
    day = draw(st.sampled_from(CHANGES[zone]))
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    span = TimeSpan(noon - timedelta(days=3), noon + timedelta(days=3))
    minutes = st.integers(0, 6 * 24 * 60)
    changes = []
    for one, other in draw(st.lists(st.tuples(minutes, minutes), max_size=3)):
        begin, end = sorted((one, other))
        if begin < end:
            change = (span.start + timedelta(minutes=begin), span.start + timedelta(minutes=end))
            changes.append(override(draw(st.sampled_from([ANA, BEN])), *change))
    found = draw(st.lists(layers(day, zone), max_size=3))
    return roster(*found, overrides=tuple(changes)), span


def test_a_long_change_begins_where_the_short_one_over_it_ends_whatever_day_is_asked_for() -> None:
    noon = datetime(2026, 3, 5, 12, tzinfo=UTC)
    short = override(ANA, noon, noon + timedelta(minutes=1))
    found = roster(overrides=(override(ANA, noon, noon + timedelta(days=3)), short))

    third_day = list_shifts(found, TimeSpan(noon + timedelta(days=2, minutes=1), noon + timedelta(days=2, minutes=2)))

    assert [shift.start for shift in third_day] == [noon + timedelta(minutes=1)]


@given(rosters())
def test_every_instant_is_in_one_shift_or_in_one_gap(made: tuple[ScheduleRoster, TimeSpan]) -> None:
    found, span = made
    here = list_shifts(found, span)
    parts = [(max(span.start, shift.start), min(span.end, shift.end)) for shift in here]
    line = sorted([*parts, *find_schedule_gaps(found, span)])

    assert all(start < end for start, end in line)
    assert line[0][0] == span.start
    assert line[-1][1] == span.end
    assert all(one[1] == next_one[0] for one, next_one in itertools.pairwise(line))


@given(rosters(), st.integers(0, 6 * 24 * 60 - 1))
def test_who_is_asked_at_an_instant_is_who_the_line_shows(made: tuple[ScheduleRoster, TimeSpan], minute: int) -> None:
    found, span = made
    moment = span.start + timedelta(minutes=minute)
    shown = next((shift for shift in list_shifts(found, span) if shift.contains_time(moment)), None)

    assert find_shift(found, moment) == shown


@given(rosters(), st.integers(0, 6 * 24 * 60 - 1), st.integers(1, 60))
def test_a_shift_is_the_same_whatever_span_is_asked_for(
    made: tuple[ScheduleRoster, TimeSpan], minute: int, minutes: int
) -> None:
    found, span = made
    start = span.start + timedelta(minutes=minute)
    some = list_shifts(found, TimeSpan(start, start + timedelta(minutes=minutes)))

    assert set(some) <= set(list_shifts(found, TimeSpan(span.start - timedelta(days=9), span.end + timedelta(days=9))))


@given(rosters(), st.integers(0, 5 * 24 * 60))
def test_nobody_changes_before_the_next_change(made: tuple[ScheduleRoster, TimeSpan], minute: int) -> None:
    found, span = made
    moment = span.start + timedelta(minutes=minute)
    change = find_next_change(found, moment)
    until = min(change, span.end) if change else span.end
    parts = [shift for shift in list_shifts(found, TimeSpan(moment, until)) if shift.start < until]

    assert {shift.person for shift in parts} <= {person(found, moment)}
    assert subtract_intervals(TimeSpan(moment, until), ((s.start, s.end) for s in parts)) in {
        (),
        (TimeSpan(moment, until),),
    }
