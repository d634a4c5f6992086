"""Split an iCalendar text into events that can be read one by one, so that a broken one breaks alone."""

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from bot.calendars.calendar_errors import CalendarError

_SHOWN = re.compile(r"\((?:UTC|GMT)(?:([+-])(\d\d):(\d\d))?\) *(.+)", re.IGNORECASE)
_LAND = re.compile(r" Time \(.*\)$")
_SEASONS = (datetime(2026, 1, 15), datetime(2026, 7, 15))  # noqa: DTZ001  (wall times of the zone that is asked)
_LINE_END = re.compile(r"\r\n|\n|\r")
_MICROSOFT = re.compile(r';TZID="?(tzone://Microsoft/\w+)"?(?=[;:])', re.IGNORECASE)
"""Exchange omits the quotes that its colon needs."""
_TZID = re.compile(r';TZID=("[^"]*"|\((?:UTC|GMT)[^)]*\)[^;:"]*|[^;:]*)', re.IGNORECASE)


class EventBlock(NamedTuple):
    """The unfolded lines of one VEVENT, without its alarms. `head` and `zones` are those of its calendar."""

    lines: tuple[str, ...]
    head: tuple[str, ...] = ()

    def get_value(self, name: str) -> str:
        """Return the raw value of the first property of this name, or an empty string."""
        return next((_parse_value(line) for line in self.lines if _parse_name(line) == name), "")

    @property
    def mentions(self) -> str:
        """The raw lines that may name a person."""
        return "\n".join(line for line in self.lines if _parse_name(line) in {"SUMMARY", "ATTENDEE"})

    @property
    def is_override(self) -> bool:
        return bool(self.get_value("RECURRENCE-ID"))


class CalendarBlocks(NamedTuple):
    """`zones` has the lines of each VTIMEZONE by its TZID."""

    events: tuple[EventBlock, ...]
    zones: Mapping[str, tuple[str, ...]]

    def render_text(self, events: Iterable[EventBlock]) -> str:
        """Render a calendar of these events alone, with the time zones that they name."""
        events = list(events)
        named = {found[1].strip('"') for event in events for line in event.lines for found in _TZID.finditer(line)}
        own = [name for name in sorted(named & self.zones.keys()) if not find_zone(name)]
        zones = [line for name in own for line in self.zones[name]]
        bodies = [line for event in events for line in ("BEGIN:VEVENT", *map(_rename_zone, event.lines), "END:VEVENT")]
        return "\r\n".join(["BEGIN:VCALENDAR", *events[0].head, *zones, *bodies, "END:VCALENDAR", ""])


def split_events(text: str) -> CalendarBlocks:
    """Split a text into events. Raise `CalendarError` if it is no calendar, or is incomplete."""
    events: list[EventBlock] = []
    zones: dict[str, tuple[str, ...]] = {}
    lines = unfold_lines(text)
    calendars = _split_calendars(lines)
    if not calendars:
        raise CalendarError("it is not an iCalendar file")
    for calendar in calendars:
        head = list(itertools.takewhile(lambda line: not line.upper().startswith("BEGIN:"), calendar))
        zone = find_zone(next((_parse_value(line) for line in head if _parse_name(line) == "X-WR-TIMEZONE"), ""))
        about_times = (f"X-WR-TIMEZONE:{zone}",) if zone else ()
        cancelled = any(_parse_name(line) == "METHOD" and _parse_value(line).upper() == "CANCEL" for line in head)
        for kind, block in _iter_components(calendar):
            if kind == "VTIMEZONE":
                name = next((_parse_value(line) for line in block if _parse_name(line) == "TZID"), "")
                zones.setdefault(name, (f"BEGIN:{kind}", *block, f"END:{kind}"))
            else:
                own = [line for line in block if not (cancelled and _parse_name(line) == "STATUS")]
                events.append(EventBlock((*own, "STATUS:CANCELLED") if cancelled else tuple(own), about_times))
    if not events and lines[-1].upper() != "END:VCALENDAR":
        raise CalendarError("it is not an iCalendar file")  # or the beginning of one
    return CalendarBlocks(tuple(events), zones)


@cache
def find_zone(name: str) -> str:
    """Return IANA's name of a zone that has IANA's or Windows' name, else an empty string."""
    from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON  # noqa: PLC0415  (some 50 ms of every start)

    known = parse_windows_zone(name) or WINDOWS_TO_OLSON.get(name, name)
    try:
        return ZoneInfo(known).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ""


def unfold_lines(text: str) -> list[str]:
    lines: list[str] = []
    for line in _LINE_END.split(text.removeprefix("\ufeff").replace("\0", "")):
        if line[:1] in {" ", "\t"} and lines:
            lines[-1] += line[1:]
        elif line.strip():
            lines.append(line.strip())
    return [_MICROSOFT.sub(_fix_microsoft_zone, line) for line in lines]


def _fix_microsoft_zone(found: re.Match[str]) -> str:
    return ";TZID=UTC" if found[1].lower().endswith("/utc") else f';TZID="{found[1]}"'


def _rename_zone(line: str) -> str:
    """Replace a Windows display name, which no library knows, by IANA's."""
    found = _TZID.search(line)
    zone = parse_windows_zone(found[1].strip('"')) if found else ""
    return _TZID.sub(f";TZID={zone}", line, count=1) if zone else line


def _split_calendars(lines: list[str]) -> list[list[str]]:
    """Return the lines of each VCALENDAR; one without an END reaches to the next."""
    starts = [number for number, line in enumerate(lines) if line.upper() == "BEGIN:VCALENDAR"]
    return [lines[start + 1 : end] for start, end in itertools.pairwise([*starts, len(lines)])]


def _iter_components(lines: list[str]) -> Iterator[tuple[str, list[str]]]:
    """Yield each VEVENT and VTIMEZONE; one without an END ends where the next one begins."""
    kind, block, inner = "", list[str](), ""
    for line in lines:
        edge = line.upper()
        if edge in {"BEGIN:VEVENT", "BEGIN:VTIMEZONE", "END:VCALENDAR"} or (kind and edge == f"END:{kind}"):
            if kind:
                yield kind, block
            kind, block, inner = edge.removeprefix("BEGIN:") if edge.startswith("BEGIN:") else "", [], ""
        elif kind == "VTIMEZONE":
            block.append(line)
        elif edge.startswith("BEGIN:") and not inner:
            inner = edge.removeprefix("BEGIN:")
        elif inner:
            inner = "" if edge == f"END:{inner}" else inner
        elif kind:
            block.append(line)
    if kind:
        raise CalendarError("it ends in the middle of an event, so it is incomplete")


def _parse_name(line: str) -> str:
    return re.split(r"[;:]", line, maxsplit=1)[0].upper()


def _parse_value(line: str) -> str:
    """Return what follows the first colon outside quotes."""
    return re.sub(r'^(?:[^":]|"[^"]*")*:', "", line).strip()


@cache
def parse_windows_zone(name: str) -> str:
    """Return IANA's name for what Windows shows, `(UTC+01:00) Amsterdam, Berlin, Rome`; empty if there is none."""
    found = _SHOWN.fullmatch(name)
    if not found:
        return ""
    size = timedelta(hours=int(found[2] or 0), minutes=int(found[3] or 0))
    offset = -size if found[1] == "-" else size
    return next((zone for zone in _iter_zones(found[4]) if _compute_standard_offset(zone) == offset), "")


def _iter_zones(places: str) -> Iterator[str]:
    from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON  # noqa: PLC0415  (some 50 ms of every start)

    if places == "Coordinated Universal Time":
        yield "UTC"
    if _LAND.search(places):
        yield from filter(None, [WINDOWS_TO_OLSON.get(_LAND.sub(" Standard Time", places))])
    for place in places.split(","):
        yield from sorted(
            zone for zone in available_timezones() if zone.endswith("/" + place.strip().replace(" ", "_"))
        )


def _compute_standard_offset(zone: str) -> timedelta | None:
    return min(at.replace(tzinfo=ZoneInfo(zone)).utcoffset() or timedelta() for at in _SEASONS)
