"""Parse an iCalendar file to shifts, each event by itself. Runs in a child process: see `child_process.py`."""

import itertools
import re
from typing import NamedTuple

from bot.calendars.calendar_errors import MAX_BYTES, CalendarError, build_size_error
from bot.calendars.event_blocks import EventBlock, split_events
from bot.calendars.person_finder import PersonFinder
from bot.calendars.series import Occurrence, UnreadableError, expand_series, parse_series
from bot.domain.oncall.schedule import Schedule, Shift, derive_change_id
from bot.domain.periods import TimeSpan

MAX_EVENTS = 2_000
"""Events that can name somebody, each counted once however often it repeats."""
MAX_SERIES = 200
"""Such events that repeat. A month of as many costs a second."""
MAX_SHIFTS = 5_000
"""Shifts within the span that is looked at."""
_RARE = re.compile(r"FREQ=(?:YEARLY|MONTHLY)", re.IGNORECASE)
_DAY = re.compile(r"\d{8}")


class SkippedEvent(NamedTuple):
    """An event that names a person and is skipped. The title is the calendar's own words."""

    title: str
    reason: str


class ParsedCalendar(NamedTuple):
    """`strangers` counts the shifts that name no person of the playbook."""

    shifts: tuple[Shift, ...]
    strangers: int = 0
    unreadable: tuple[SkippedEvent, ...] = ()


def parse_shifts(text: str, schedule: Schedule, span: TimeSpan) -> ParsedCalendar:
    """Return the shifts within a span. Raises `CalendarError`, also if no event that names people is usable."""
    if len(text.encode("utf-8", "replace")) > MAX_BYTES:
        raise build_size_error()
    return _ShiftParser(text, schedule, span).read()


class _ShiftParser:
    def __init__(self, text: str, schedule: Schedule, span: TimeSpan) -> None:
        self._blocks = split_events(text)
        self._finder = PersonFinder(schedule.named)
        self._zone = schedule.zone
        self._span = span
        self._shifts: list[Shift] = []
        self._backups: list[Shift] = []
        self._skipped: list[SkippedEvent] = []
        self._strangers = 0
        self._usable = 0

    def read(self) -> ParsedCalendar:
        named, others = self._group_series()
        _check_bounds(named)
        self._strangers = sum(_looks_like_shift(event, self._span) for event in others)
        for series in named:
            self._read_series(series)
            if len(self._shifts) + len(self._backups) > MAX_SHIFTS:
                raise CalendarError(f"it has more than {MAX_SHIFTS:,} shifts in the next weeks")
        if self._skipped and not self._usable:
            raise CalendarError(f"none of its events can be used. One of them {self._skipped[0].reason}")
        alone = [one for one in self._backups if not any(_is_overlapping(one, other) for other in self._shifts)]
        shifts = sorted([*self._shifts, *alone], key=lambda shift: (shift.start, shift.source))
        return ParsedCalendar(tuple(shifts), self._strangers, tuple(self._skipped))

    def _group_series(self) -> tuple[list[list[EventBlock]], list[EventBlock]]:
        """Group events by UID; return the series that name a person, and all other events."""
        by_id: dict[str, list[EventBlock]] = {}
        for number, event in enumerate(self._blocks.events):
            by_id.setdefault(event.get_value("UID") or f"without an id, {number}", []).append(event)
        named = [series for series in by_id.values() if any(self._finder.can_mention(one.mentions) for one in series)]
        others = [series for series in by_id.values() if series not in named]
        return [part for series in named for part in _split_series(series)], list(itertools.chain(*others))

    def _read_series(self, series: list[EventBlock]) -> None:
        """Read a series; without its moved instances if one of these is invalid."""
        plain = [event for event in series if not event.is_override]
        try:
            self._add_series(series)
        except UnreadableError as no:
            self._skipped.append(SkippedEvent(series[0].get_value("SUMMARY"), str(no)))
            if plain and len(plain) < len(series):
                self._read_series(plain)

    def _add_series(self, series: list[EventBlock]) -> None:
        calendar = parse_series(self._blocks.render_text(series), len(series))
        if any(self._finder.find(event) for event in calendar.walk("VEVENT")):
            instances = expand_series(calendar, self._zone, self._span)
            found = [(one, self._finder.find(one.event)) for one in instances]
            for one, person in found:
                if person:
                    shifts = self._backups if self._finder.is_backup(one.event) else self._shifts
                    shifts.append(_build_shift(one, person))
            self._strangers += sum(not person for _, person in found)
        else:
            self._strangers += sum(_looks_like_shift(event, self._span) for event in series)
        self._usable += 1


def _split_series(series: list[EventBlock]) -> list[list[EventBlock]]:
    """Return the latest version of a series with its moved instances; several events of one id are several series."""
    overrides = [event for event in series if event.is_override]
    plain = [event for event in series if not event.is_override]
    latest = max((_parse_sequence(event) for event in plain), default=0)
    by_start: dict[str, EventBlock] = {}
    for event in plain:
        known = by_start.get(event.get_value("DTSTART"))
        if _parse_sequence(event) == latest and not (known and _is_event_cancelled(known)):
            by_start[event.get_value("DTSTART")] = event
    first, *rest = [[event] for event in by_start.values()] or [[]]
    return [[*first, *overrides], *rest]


def _parse_sequence(event: EventBlock) -> int:
    said = event.get_value("SEQUENCE")
    return int(said) if re.fullmatch(r"\d{1,9}", said) else 0


def _is_event_cancelled(event: EventBlock) -> bool:
    return event.get_value("STATUS").upper() == "CANCELLED"


def _check_bounds(named: list[list[EventBlock]]) -> None:
    if sum(len(series) for series in named) > MAX_EVENTS:
        raise CalendarError(f"it has more than {MAX_EVENTS:,} events")
    if sum(bool(event.get_value("RRULE")) for series in named for event in series) > MAX_SERIES:
        raise CalendarError(f"more than {MAX_SERIES} of its events repeat")


def _looks_like_shift(event: EventBlock, span: TimeSpan) -> bool:
    """Guess from the raw lines alone, without parsing them."""
    rule = event.get_value("RRULE").upper()
    start, end = _parse_day(event.get_value("DTSTART")), _parse_day(event.get_value("DTEND"))
    until = _parse_day(rule.partition("UNTIL=")[2])
    if not start or _is_event_cancelled(event) or _RARE.search(rule):
        return False
    first, last = f"{span.start:%Y%m%d}", f"{span.end:%Y%m%d}"
    return start <= last and ((until or last) if rule else max(start, end)) >= first


def _parse_day(words: str) -> str:
    found = _DAY.match(words)
    return found[0] if found else ""


def _is_overlapping(one: Shift, other: Shift) -> bool:
    return one.start < other.end and other.start < one.end


def _build_shift(one: Occurrence, person: str) -> Shift:
    return Shift(person, one.start, one.end, derive_change_id("calendar", person, one.start, one.end))
