"""Times as people type them, on a Tuesday at ten past two in the afternoon in Lisbon."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.commits import NotAllowed
from bot.domain.oncall.time_parser import ShiftRequest, parse_shift_request, parse_time, parse_whole_day

NOW = datetime(2026, 11, 24, 14, 10, tzinfo=UTC)
ZONE = "Europe/Lisbon"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("08:00", "25 08:00"),
        ("8:00", "25 08:00"),
        ("8.30", "25 08:30"),
        ("20:00", "24 20:00"),
        ("20", "24 20:00"),
        ("8am", "25 08:00"),
        ("8 PM", "24 20:00"),
        ("8h", "24 22:10"),  # a length, as everywhere
        ("3", None),
        ("noon", "25 12:00"),
        ("midnight", "25 00:00"),
        ("24:00", "25 00:00"),
        ("12am", "25 00:00"),
        ("12pm", "25 12:00"),
        ("tomorrow 08:00", "25 08:00"),
        ("tomorrow 8", "25 08:00"),
        ("08:00 tomorrow", "25 08:00"),
        ("tomorrow at 8am", "25 08:00"),
        ("today 18:00", "24 18:00"),
        ("tonight 23:59", "24 23:59"),
        ("today 08:00", None),
        ("Fri 17:30", "27 17:30"),
        ("friday 17:30", "27 17:30"),
        ("Tue 09:00", "31 09:00"),  # a week on: this Tuesday's nine is over
        ("Tue 18:00", "24 18:00"),
        ("2026-11-26 09:00", "26 09:00"),
        ("26 Nov 09:00", "26 09:00"),
        ("November 26, 09:00", "26 09:00"),
        ("2h", "24 16:10"),
        ("90m", "24 15:40"),
        ("1h30m", "24 15:40"),
        ("1 hour and 30 minutes", "24 15:40"),
        ("3 days", "27 14:10"),
        ("tomorrow", None),
        ("soon", None),
        ("25:00", None),
        ("13pm", None),
        ("31 Feb 09:00", None),
        ("2026-02-31 09:00", None),
        ("", None),
        ("0m", None),
    ],
)
def test_a_time_is_understood_or_refused(words: str, expected: str | None) -> None:
    if expected is None:
        with pytest.raises(NotAllowed, match=r"08:00|15:00"):
            parse_time(words, NOW, ZONE)
        return
    if expected == "31 09:00":
        assert parse_time(words, NOW, ZONE) == datetime(2026, 12, 1, 9, tzinfo=UTC)
        return

    assert parse_time(words, NOW, ZONE) == datetime.strptime(f"2026-11-{expected} +0000", "%Y-%m-%d %H:%M %z")


def test_what_could_be_two_things_is_asked_about_with_both() -> None:
    with pytest.raises(NotAllowed) as no:
        parse_time("8", NOW, ZONE)

    assert str(no.value) == "“8” could be Tue 20:00 or Wed 08:00. Type `until 20:00` or `until 08:00`."


def test_at_night_until_eight_is_eight_in_the_morning() -> None:
    assert parse_time("8", NOW.replace(hour=23), ZONE) == datetime(2026, 11, 25, 8, tzinfo=UTC)


def test_a_time_is_read_in_the_zone_of_the_person_who_types() -> None:
    assert parse_time("18:00", NOW, "America/New_York") == datetime(2026, 11, 24, 23, tzinfo=UTC)


def test_on_the_night_the_clocks_go_forward_a_time_that_never_comes_is_the_jump() -> None:
    night = datetime(2026, 3, 28, 22, tzinfo=UTC)

    assert parse_time("01:30", night, ZONE) == datetime(2026, 3, 29, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("words", "wish"),
    [
        ("", ShiftRequest()),
        ("until 08:00", ShiftRequest(until="08:00")),
        ("care until tomorrow 08:00", ShiftRequest(until="tomorrow 08:00", rest="care")),
        ("from 20:00 until 08:00", ShiftRequest(start="20:00", until="08:00")),
        ("<@U0BEN|ben> on Friday", ShiftRequest(people=("U0BEN",), rest="Friday")),
        ("me until 8 please", ShiftRequest(me=True, until="8")),
        ("me by <@U0BEN> for 2h", ShiftRequest(people=("U0BEN",), me=True, lasting="2h")),
        ("my shift for 2h", ShiftRequest(lasting="2h")),
        ("ME TILL 08:00", ShiftRequest(me=True, until="08:00")),
    ],
)
def test_the_words_are_taken_apart(words: str, wish: ShiftRequest) -> None:
    assert parse_shift_request(words) == wish


def test_a_day_alone_is_the_whole_day() -> None:
    found = parse_whole_day("Fri", NOW, ZONE)

    assert found is not None
    assert (found.start, found.end - found.start) == (datetime(2026, 11, 27, tzinfo=UTC), timedelta(days=1))
    assert parse_whole_day("Fri 09:00", NOW, ZONE) is None


ODD = st.text(max_size=40) | st.from_regex(r"(9999-12-31|31 dec|tomorrow|tue) ?\d{0,4}(:\d\d)?(am|d)?", fullmatch=True)


@given(ODD, st.sampled_from([ZONE, "Australia/Lord_Howe", "Pacific/Apia"]))
def test_whatever_is_typed_is_a_time_to_come_or_a_sentence(words: str, zone: str) -> None:
    with suppress(NotAllowed):
        assert parse_time(words, NOW, zone) > NOW
