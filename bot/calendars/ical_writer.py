"""Render shifts as an iCalendar file: times in UTC, stable ids, a refresh interval."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

REFRESH = timedelta(hours=1)
"""How often a calendar should refresh; most do it less often."""
PRODUCT = "-//Earshot//On call//EN"


class CalendarEvent(NamedTuple):
    id: str
    start: datetime
    end: datetime
    title: str
    note: str = ""


def render_ical(name: str, entries: Iterable[CalendarEvent], at: datetime) -> str:
    """`at` is the time of writing, which each event must have."""
    import icalendar  # noqa: PLC0415  (some 50 ms of every start, for who has a calendar)

    calendar = icalendar.Calendar()
    calendar.add("PRODID", PRODUCT)
    calendar.add("VERSION", "2.0")
    calendar.add("METHOD", "PUBLISH")
    calendar.add("NAME", name)
    calendar.add("X-WR-CALNAME", name)
    calendar.add("REFRESH-INTERVAL", icalendar.vDuration(REFRESH), parameters={"VALUE": "DURATION"})
    calendar.add("X-PUBLISHED-TTL", icalendar.vDuration(REFRESH))
    for entry in entries:
        event = icalendar.Event()
        event.add("UID", f"{entry.id}@earshot")
        event.add("DTSTAMP", at)
        event.add("DTSTART", entry.start)
        event.add("DTEND", entry.end)
        event.add("SUMMARY", entry.title)
        event.add("TRANSP", "TRANSPARENT")  # on call is not busy
        if entry.note:
            event.add("DESCRIPTION", entry.note)
        calendar.add_component(event)
    return str(calendar.to_ical(), "utf-8")
