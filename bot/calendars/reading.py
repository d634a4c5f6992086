"""From an iCalendar file to shifts, each event by itself, or the reason why not. Runs in a child: see `process.py`."""

import itertools
import re
from typing import NamedTuple

from bot.calendars.broken import MOST, Broken, too_large
from bot.calendars.event_blocks import EventBlock, split_events
from bot.calendars.names import PersonFinder
from bot.calendars.series import Occurrence, UnreadableError, expand_series, parse_series
from bot.domain.schedules.schedule import Schedule, Shift, derive_change_id
from bot.domain.spans import TimeSpan

EVENTS = 2_000
"""Events that can name somebody, each counted once however often it repeats."""
SERIES = 200
"""Such events that repeat. A month of as many costs a second."""
SHIFTS = 5_000
"""Shifts within the span that is looked at."""
_RARE = re.compile(r"FREQ=(?:YEARLY|MONTHLY)", re.IGNORECASE)
_DAY = re.compile(r"\d{8}")


class Unreadable(NamedTuple):
    """An event that names somebody and is passed over. The title is the calendar's own words."""

    title: str
    reason: str


class Booked(NamedTuple):
    """`strangers` counts the shifts that name nobody whom the playbook knows: those are nobody's."""

    shifts: tuple[Shift, ...]
    strangers: int = 0
    unreadable: tuple[Unreadable, ...] = ()


def booked(text: str, schedule: Schedule, span: TimeSpan) -> Booked:
    """Who is on call by this file within a span. Raises `Broken`, also where events name people and none is of use."""
    if len(text.encode("utf-8", "replace")) > MOST:
        raise too_large()
    return _Reader(text, schedule, span).read()


class _Reader:
    def __init__(self, text: str, schedule: Schedule, span: TimeSpan) -> None:
        self._blocks = split_events(text)
        self._finder = PersonFinder(schedule.named)
        self._zone = schedule.zone
        self._span = span
        self._shifts: list[Shift] = []
        self._backups: list[Shift] = []
        self._unreadable: list[Unreadable] = []
        self._strangers = 0
        self._usable = 0

    def read(self) -> Booked:
        named, others = self._divide()
        _check_bounds(named)
        self._strangers = sum(_looks_like_shift(event, self._span) for event in others)
        for series in named:
            self._read_series(series)
            if len(self._shifts) + len(self._backups) > SHIFTS:
                raise Broken(f"it has more than {SHIFTS:,} shifts in the next weeks")
        if self._unreadable and not self._usable:
            raise Broken(f"none of its events can be used; one of them {self._unreadable[0].reason}")
        alone = [one for one in self._backups if not any(_overlap(one, other) for other in self._shifts)]
        shifts = sorted([*self._shifts, *alone], key=lambda shift: (shift.start, shift.source))
        return Booked(tuple(shifts), self._strangers, tuple(self._unreadable))

    def _divide(self) -> tuple[list[list[EventBlock]], list[EventBlock]]:
        """Events of one UID belong together, and are left out together where none of them names anybody."""
        by_id: dict[str, list[EventBlock]] = {}
        for number, event in enumerate(self._blocks.events):
            by_id.setdefault(event.value("UID") or f"without an id, {number}", []).append(event)
        named = [series for series in by_id.values() if any(self._finder.may_mention(one.mentions) for one in series)]
        others = [series for series in by_id.values() if series not in named]
        return [part for series in named for part in _parts(series)], list(itertools.chain(*others))

    def _read_series(self, series: list[EventBlock]) -> None:
        """Where a moved instance cannot be read, the series goes on without its move."""
        plain = [event for event in series if not event.is_override]
        try:
            self._take(series)
        except UnreadableError as no:
            self._unreadable.append(Unreadable(series[0].value("SUMMARY"), str(no)))
            if plain and len(plain) < len(series):
                self._read_series(plain)

    def _take(self, series: list[EventBlock]) -> None:
        calendar = parse_series(self._blocks.calendar_text(series), len(series))
        if any(self._finder.find(event) for event in calendar.walk("VEVENT")):
            instances = expand_series(calendar, self._zone, self._span)
            found = [(one, self._finder.find(one.event)) for one in instances]
            for one, person in found:
                if person:
                    (self._backups if self._finder.is_backup(one.event) else self._shifts).append(_shift(one, person))
            self._strangers += sum(not person for _, person in found)
        else:
            self._strangers += sum(_looks_like_shift(event, self._span) for event in series)
        self._usable += 1


def _parts(series: list[EventBlock]) -> list[list[EventBlock]]:
    """The latest version of a series with its moved instances; one id for several events is taken for several."""
    overrides = [event for event in series if event.is_override]
    plain = [event for event in series if not event.is_override]
    latest = max((_sequence(event) for event in plain), default=0)
    by_start: dict[str, EventBlock] = {}
    for event in plain:
        known = by_start.get(event.value("DTSTART"))
        if _sequence(event) == latest and not (known and _is_cancelled(known)):
            by_start[event.value("DTSTART")] = event
    first, *rest = [[event] for event in by_start.values()] or [[]]
    return [[*first, *overrides], *rest]


def _sequence(event: EventBlock) -> int:
    said = event.value("SEQUENCE")
    return int(said) if re.fullmatch(r"\d{1,9}", said) else 0


def _is_cancelled(event: EventBlock) -> bool:
    return event.value("STATUS").upper() == "CANCELLED"


def _check_bounds(named: list[list[EventBlock]]) -> None:
    if sum(len(series) for series in named) > EVENTS:
        raise Broken(f"it has more than {EVENTS:,} events")
    if sum(bool(event.value("RRULE")) for series in named for event in series) > SERIES:
        raise Broken(f"more than {SERIES} of its events repeat")


def _looks_like_shift(event: EventBlock, span: TimeSpan) -> bool:
    """Told from the lines alone: nothing of it is worked out, however strange it is."""
    rule = event.value("RRULE").upper()
    start, end, until = (_day(event.value("DTSTART")), _day(event.value("DTEND")), _day(rule.partition("UNTIL=")[2]))
    if not start or _is_cancelled(event) or _RARE.search(rule):
        return False
    first, last = f"{span.start:%Y%m%d}", f"{span.end:%Y%m%d}"
    return start <= last and ((until or last) if rule else max(start, end)) >= first


def _day(words: str) -> str:
    found = _DAY.match(words)
    return found[0] if found else ""


def _overlap(one: Shift, other: Shift) -> bool:
    return one.start < other.end and other.start < one.end


def _shift(one: Occurrence, person: str) -> Shift:
    return Shift(person, one.start, one.end, derive_change_id("calendar", person, one.start, one.end))
