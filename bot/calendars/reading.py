"""From an iCalendar file to shifts: whatever is in it, in bounded time, or the reason why not."""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from bot.calendars.broken import MOST, Broken, too_large
from bot.domain.schedules.schedule import Schedule, Shift, change_id
from bot.domain.schedules.wall import instant
from bot.domain.spans import Span

EVENTS = 2_000
"""Events in a file, each counted once however often it repeats."""
SERIES = 200
"""Events that repeat; one that comes at several hours of a day counts for each. A month of as many costs a second."""
SHIFTS = 5_000
"""Shifts within the span that is looked at."""
SEEN_OFTEN = frozenset({"DAILY", "WEEKLY", "MONTHLY", "YEARLY"})
OLDEST = 1970
_UNSOUND = (ValueError, TypeError, KeyError, AttributeError, IndexError, OverflowError, RecursionError)
"""What the libraries raise on files that are not what they say; each is theirs to find, and ours to say."""


class Booked(NamedTuple):
    """`strangers` counts the shifts that name nobody whom the playbook knows: those are nobody's."""

    shifts: tuple[Shift, ...]
    strangers: int = 0


def booked(text: str, schedule: Schedule, span: Span) -> Booked:
    """Who is on call by this file within a span. Raises `Broken`."""
    if len(text.encode("utf-8", "replace")) > MOST:
        raise too_large()
    calendar = _parsed(text)
    _bounded(calendar)
    try:
        found = list(_events(calendar, schedule.zone, span))
    except _UNSOUND as unsound:
        raise Broken("an event in it has a time or a repetition that cannot be understood") from unsound
    if len(found) > SHIFTS:
        raise Broken(f"it has more than {SHIFTS:,} shifts in the next weeks")
    meant = _Names(schedule.named)
    named = [(event, person) for event in found if (person := meant.person(event))]
    shifts = sorted(
        (Shift(person, event.start, event.end, event.source(person)) for event, person in named),
        key=lambda shift: (shift.start, shift.source),
    )
    return Booked(tuple(shifts), len(found) - len(named))


class _Event(NamedTuple):
    start: datetime
    end: datetime
    words: str
    invited: tuple[str, ...]

    def source(self, person: str) -> str:
        return change_id("calendar", person, self.start, self.end)


class _Names:
    """The names and addresses of the playbook, whole words of a title or whole addresses."""

    def __init__(self, named: Iterable[tuple[str, str]]) -> None:
        self._named = [(name.casefold(), person) for name, person in named]

    def person(self, event: _Event) -> str:
        """The first of the playbook's that the event names."""
        words = event.words.casefold()
        for name, person in self._named:
            if name in event.invited or re.search(rf"(?<!\w){re.escape(name)}(?!\w)", words):
                return person
        return ""


def _parsed(text: str) -> Any:
    import icalendar  # noqa: PLC0415  (some 50 ms of every start, for who has a calendar)

    try:
        calendar = icalendar.Calendar.from_ical(text)
    except _UNSOUND as unsound:
        raise Broken("it is no iCalendar file") from unsound
    if not isinstance(calendar, icalendar.Calendar):
        raise Broken("it is no iCalendar file")
    return calendar


def _bounded(calendar: Any) -> None:
    """Before anything is repeated: a rule of one line can ask for more than there is memory."""
    try:
        events = calendar.walk("VEVENT")
        rules = [(event, rule) for event in events for rule in _rules(event)]
    except _UNSOUND as unsound:
        raise Broken("it is no iCalendar file") from unsound
    if len(events) > EVENTS:
        raise Broken(f"it has more than {EVENTS:,} events")
    if sum(_times(event, rule) for event, rule in rules) > SERIES:
        raise Broken(f"more than {SERIES} of its events repeat")


def _rules(event: Any) -> Iterator[Any]:
    for name in ("RRULE", "EXRULE"):
        found = event.get(name)
        yield from found if isinstance(found, list) else [found] if found is not None else []


def _times(event: Any, rule: Any) -> int:
    """How often it may come on one day. Raises `Broken` where that is more than any shift does."""
    try:
        often = {str(word).upper() for word in rule.get("FREQ", ["DAILY"])} - SEEN_OFTEN
        times = 1
        for part in ("BYHOUR", "BYMINUTE", "BYSECOND"):
            times *= max(1, len(rule.get(part, [])))
        year = event["DTSTART"].dt.year
    except _UNSOUND as unsound:
        raise Broken("an event in it has a time or a repetition that cannot be understood") from unsound
    if often or times > SERIES:
        raise Broken("an event in it repeats every hour or more often, which no shift does")
    if year < OLDEST:
        raise Broken(f"an event in it has repeated since before {OLDEST}")
    return times


def _events(calendar: Any, zone: str, span: Span) -> Iterator[_Event]:
    import recurring_ical_events  # noqa: PLC0415  (some 50 ms of every start, for who has a calendar)

    for event in recurring_ical_events.of(calendar, skip_bad_series=True).between(span.start, span.end):
        start, end = _instant(event.start, zone), _instant(event.end, zone)
        if str(event.get("STATUS", "")).upper() != "CANCELLED" and start < end:
            yield _Event(start, end, str(event.get("SUMMARY", "")), tuple(_invited(event)))


def _instant(at: date, zone: str) -> datetime:
    """A day without a time begins at midnight, and a time without a zone is meant, in the schedule's zone."""
    if not isinstance(at, datetime):
        return instant(at, time(), zone)
    return at.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC) if at.tzinfo is None else at.astimezone(UTC)


def _invited(event: Any) -> Iterator[str]:
    found = event.get("ATTENDEE", [])
    for one in found if isinstance(found, list) else [found]:
        yield str(one).casefold().removeprefix("mailto:")
        yield str(one.params.get("CN", "")).casefold()
