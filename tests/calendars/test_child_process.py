"""A calendar is read in a process of its own: it takes its time and its memory with it when it goes."""

import asyncio
import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.calendars.calendar_errors import CalendarError
from bot.calendars.child_process import TIMEOUT, read_calendar
from bot.calendars.ical_parser import parse_shifts
from bot.domain.oncall.schedule import Schedule
from bot.domain.periods import TimeSpan
from tests.calendars.sample_calendars import build_calendar, build_event

AT = datetime(2026, 3, 10, 9, tzinfo=UTC)
SPAN = TimeSpan(AT - timedelta(days=35), AT + timedelta(days=60))
NIGHTS = Schedule(name="nights", calendar="nights.ics", named=(("Ana Lima", "U0ANA"),))
ONE = ("20260310T200000Z", "20260311T080000Z")
LONG = ("19700101T200000Z", "19700101T210000Z")
NEVER = "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"
ZONES = "".join(
    f"BEGIN:VTIMEZONE\r\nTZID:Z{number}\r\n"
    + "".join(
        f"BEGIN:STANDARD\r\nDTSTART:19000101T000000\r\nTZOFFSETFROM:+0{at % 9}00\r\nTZOFFSETTO:+0{(at + 1) % 9}00\r\n"
        f"RRULE:FREQ=DAILY;BYMONTH={1 + at % 12}\r\nEND:STANDARD\r\n"
        for at in range(300)
    )
    + "END:VTIMEZONE\r\n"
    for number in range(9)
).removesuffix("\r\n")


def children() -> set[str]:
    return set(Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split())


async def test_what_the_child_says_is_what_is_read_here() -> None:
    text = build_calendar(
        build_event("Ana Lima", *ONE), build_event("Ana Lima", *ONE, NEVER, uid="never"), build_event("Mallory", *ONE)
    )

    assert await read_calendar(text, NIGHTS, SPAN) == parse_shifts(text, NIGHTS, SPAN)


@pytest.mark.parametrize(
    "text",
    [
        build_calendar(*[build_event("Ana Lima", *LONG, "RRULE:FREQ=DAILY", uid=str(n)) for n in range(200)]),
        build_calendar(
            *[build_event("Ana Lima", f"Z{n}:20260310T200000", f"Z{n}:20260311T080000") for n in range(9)], head=ZONES
        ),
    ],
    ids=["200 daily series since 1970", "time zones of 300 rules"],
)
async def test_what_takes_too_long_is_refused_with_the_reason_and_leaves_no_process(text: str) -> None:
    before, start = children(), time.monotonic()
    with pytest.raises(CalendarError, match=r"takes (more than 3 seconds|too long to work out)"):
        await read_calendar(text, NIGHTS, SPAN)

    assert time.monotonic() - start < TIMEOUT + 5
    assert children() <= before


async def test_who_stops_waiting_ends_the_child_too() -> None:
    text = build_calendar(*[build_event("Ana Lima", *LONG, "RRULE:FREQ=DAILY", uid=str(n)) for n in range(200)])
    before = children()
    reading = asyncio.create_task(read_calendar(text, NIGHTS, SPAN))
    while children() <= before:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading

    assert children() <= before
