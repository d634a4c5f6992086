"""Ranges in words: `last week`, `since friday 18:00`, `1–15 march`, in the brand's time zone.

A grammar of our own: libraries for dates guess at what they do not know, and a report of the wrong week is worse than
a question.
"""

import calendar
import math
import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bot.domain.errors import NotAllowed
from bot.domain.periods import DAY, QUARTER, TimeSpan, floor_to_quarter, subtract_weeks
from bot.domain.reports.rolled_days import HOURS_KEPT, find_local_day, has_counters

MAX_AGE = timedelta(days=400)
"""As long as counters are kept."""
ALIKE_WEEKS = 4
"""How many weeks before tell what is usual for a time of one day at most."""
WEEK = 7 * DAY
HALF_YEAR = timedelta(days=183)
MONTHS = tuple(month.lower() for month in calendar.month_name[1:])
WEEKDAYS = tuple(day.lower() for day in calendar.day_name)
UNITS = {"hour": timedelta(hours=1), "day": DAY, "week": WEEK}
DAY_PARTS = {"morning": (6, 12), "afternoon": (12, 18), "evening": (18, 24)}
"""The hours between which it is."""
VOCABULARY = (
    *("today", "yesterday", "week", "month", "year", "last", "this", "since", "hour", "hours", "days"),
    *(*DAY_PARTS, *WEEKDAYS, *MONTHS),
)
EXAMPLES = "`yesterday`, `last week`, `since friday 18:00`, `march` or `1–15 march`"
_MONTH = "|".join(f"{month[:3]}(?:{month[3:]})?" for month in MONTHS) + "|sept"
_WEEKDAY = "|".join(f"{day[:3]}(?:{day[3:]})?" for day in WEEKDAYS)
_NUMBER = r"(\d{1,2})(?:st|nd|rd|th)?"
_DASH = "[-\N{EN DASH}\N{EM DASH}]"
_GOES_ON = rf"(?!\s*(?:{_DASH}|to |until |at |\d{{1,2}}:))"
"""Not before a time of the day or a second day."""


class ReportRange(NamedTuple):
    words: str
    """The part of the command that says it again."""
    label: str
    """In a sentence: `today`, `in March`, `since Fri 27 Nov, 18:00`."""
    current: TimeSpan
    before: tuple[TimeSpan, ...]
    """The same weekdays and times before: in each of four weeks for one day at most, else in the last that fits.

    Without those of which the hours are no longer kept. They include the whole of the quarter that is running.
    """
    weeks: int
    """How many weeks lie between; 0 for each of four."""
    elapsed: float = 1.0
    """Which share of the time of one of `before` has passed by now; 1 for a range that is over."""

    @property
    def is_running(self) -> bool:
        return self.elapsed < 1


@dataclass(frozen=True, slots=True)
class _RangePoint:
    day: date
    clock: time | None = None

    def format_words(self) -> str:
        """Return the words with which a person would write it."""
        return f"{self.day.day} {self.day:%b %Y}{f' {self.clock:%H:%M}' if self.clock else ''}".lower()

    def format_label(self, now: datetime) -> str:
        year = "" if self.day.year == now.year else f" {self.day.year}"
        return f"{self.day:%a} {self.day.day} {self.day:%b}{year}{f', {self.clock:%H:%M}' if self.clock else ''}"


class _RangeBounds(NamedTuple):
    label: str
    start: _RangePoint
    end: _RangePoint | None = None
    """The last day, or a time that is not included; None for now."""


class _WordScanner:
    """Takes one expression after the other from the beginning of a text."""

    def __init__(self, text: str) -> None:
        self.rest = text

    def take(self, pattern: str) -> re.Match[str] | None:
        found = re.match(rf"(?:{pattern})(?:\s+|$|(?={_DASH}))", self.rest)
        self.rest = self.rest[found.end() :] if found else self.rest
        return found

    def take_dash(self) -> bool:
        found = re.match(rf"\s*(?:{_DASH}\s*|(?:to|until)\s+)", self.rest)
        self.rest = self.rest[found.end() :] if found else self.rest
        return found is not None


def parse_range(words: str, at: datetime, zone: ZoneInfo) -> tuple[ReportRange, str] | None:
    """Return the range with which lower-case words begin, and the words that follow; None if there is no range.

    Raises `NotAllowed` with a sentence for the person about a range that is to come, reversed or too old.
    """
    now = at.astimezone(zone)
    for parse in (_parse_named, _parse_last, _parse_since, _parse_month, _parse_days):
        scanner = _WordScanner(words)
        if (bounds := parse(scanner, now)) is not None:
            return _build_range(words[: len(words) - len(scanner.rest)].strip(), bounds, now), scanner.rest
    return None


def parse_known_range(words: str, at: datetime, zone: ZoneInfo) -> ReportRange:
    """Return the range of words that `parse_range` understood. Raises `NotAllowed` where time has made it wrong."""
    found = parse_range(words, at, zone)
    if found is None:
        raise NotAllowed(f"Earshot doesn't understand this time any more. Try {EXAMPLES}.")
    return found[0]


def _parse_named(scanner: _WordScanner, now: datetime) -> _RangeBounds | None:
    found = scanner.take(
        rf"(?:today|yesterday|week|month|(?:this|last|next) (?:week|month)|(?:this|last) year"
        rf"|this (?:{'|'.join(DAY_PARTS)})){_GOES_ON}"
    )
    if found is None:
        return None
    today = now.date()
    monday, first = today - now.weekday() * DAY, today.replace(day=1)
    sunday, last = monday - DAY, first - DAY
    said = found[0].strip()
    if part := DAY_PARTS.get(said.removeprefix("this ")):
        first_hour, last_hour = part
        label = f"{said} ({first_hour}:00 to {last_hour}:00)"
        end = _RangePoint(today, time(last_hour)) if last_hour < 24 else _RangePoint(today)
        return _RangeBounds(label, _RangePoint(today, time(first_hour)), end)
    new_year = today.replace(month=1, day=1)
    return {
        "today": _RangeBounds("today", _RangePoint(today)),
        "yesterday": _RangeBounds("yesterday", _RangePoint(today - DAY), _RangePoint(today - DAY)),
        "week": _RangeBounds("in the last 7 days", _RangePoint(today - 6 * DAY)),
        "month": _RangeBounds("in the last 30 days", _RangePoint(today - 29 * DAY)),
        "this week": _RangeBounds("this week", _RangePoint(monday)),
        "last week": _RangeBounds("last week", _RangePoint(sunday - 6 * DAY), _RangePoint(sunday)),
        "this month": _RangeBounds("this month", _RangePoint(first)),
        "next week": _RangeBounds("next week", _RangePoint(monday + WEEK)),
        "next month": _RangeBounds("next month", _RangePoint((first + 31 * DAY).replace(day=1))),
        "last month": _RangeBounds(f"in {last:%B}", _RangePoint(last.replace(day=1)), _RangePoint(last)),
        "this year": _RangeBounds("this year", _RangePoint(new_year)),
        "last year": _RangeBounds(
            f"in {today.year - 1}", _RangePoint(new_year.replace(year=today.year - 1)), _RangePoint(new_year - DAY)
        ),
    }[said]


def _parse_last(scanner: _WordScanner, now: datetime) -> _RangeBounds | None:
    found = scanner.take(r"(?:last )?(\d{1,5}) (hour|day|week)s?|last (hour)")
    count, unit = (int(found[1] or 1), found[2] or found[3]) if found else (0, "")
    if not count:
        return None
    label = f"in the last {count} {unit}s" if count > 1 else f"in the last {unit}"
    if unit != "hour":
        return _RangeBounds(label, _RangePoint(now.date() - count * UNITS[unit] + DAY))
    start = (floor_to_quarter(now) - count * UNITS[unit]).astimezone(now.tzinfo)
    return _RangeBounds(label, _RangePoint(start.date(), start.timetz().replace(tzinfo=None)))


def _parse_since(scanner: _WordScanner, now: datetime) -> _RangeBounds | None:
    if scanner.take("since") is None:
        return None
    start = _take_point(scanner, now)
    return None if start is None else _RangeBounds(f"since {start.format_label(now)}", start)


def _parse_month(scanner: _WordScanner, now: datetime) -> _RangeBounds | None:
    found = scanner.take(rf"(?:in )?({_MONTH})(?: (\d{{4}}))?")
    if found is None or scanner.take(_NUMBER):  # march 5 is a day
        return None
    first = _make_day(1, found[1], found[2], now, f"{found[1]} {{}}")
    last = (first + 31 * DAY).replace(day=1) - DAY
    label = f"in {first:%B}" + ("" if first.year == now.year else f" {first.year}")
    return _RangeBounds(label, _RangePoint(first), _RangePoint(last))


def _parse_days(scanner: _WordScanner, now: datetime) -> _RangeBounds | None:
    """Parse a day, or two points with a dash between them: `24 nov`, `1–15 march`, `friday 18:00 to sunday`."""
    scanner.take("from|on")
    begins = scanner.rest
    bare = scanner.take(_NUMBER)
    if bare and scanner.take_dash():  # the first number has the month of the second
        end = _take_point(scanner, now, begin=_RangePoint(now.date()))
        start = _RangePoint(_make_date(end.day.year, end.day.month, int(bare[1]))) if end else None
        if start and start.day > now.date():
            meant = f"{int(bare[1])}–{end.day.day} {end.day:%B} {end.day.year - 1}".lower() if end else ""
            raise NotAllowed(f"{start.day.day} {start.day:%B %Y} is still to come. Did you mean `{meant}`?")
    else:
        scanner.rest = begins
        start = _take_point(scanner, now)
        end = _take_point(scanner, now, begin=start) if start and scanner.take_dash() else start
    if start is None or end is None:
        return None
    first, last = start.format_label(now), end.format_label(now)
    if start is end:
        if start.clock and _to_utc(start, now) <= now:
            raise _ask_until(start)
        return _RangeBounds(f"on {first}", start, start)
    if _to_utc(start, now) >= _to_utc(end, now, is_end=True):
        swapped = f"{end.format_words()} – {start.format_words()}"
        raise NotAllowed(f"{first} is after {last}. Did you mean `{swapped}`?")
    return _RangeBounds(f"from {first} to {last}", start, end)


def _ask_until(start: _RangePoint) -> NotAllowed:
    """Ask for the end of what begins at a time of the day."""
    assert start.clock is not None
    words, later = start.format_words(), (datetime.combine(start.day, start.clock) + UNITS["hour"]).time()
    until = f", or `{words} to {later:%H:%M}`" if later > start.clock else ""
    return NotAllowed(f"From {start.clock:%H:%M} until when? Try `since {words}`{until}.")


def _take_point(scanner: _WordScanner, now: datetime, *, begin: _RangePoint | None = None) -> _RangePoint | None:
    """Take a day, a time of the day, or both. Without a date, it is the last one that has begun.

    What ends after `begin` is of its day or of the days after it, and may be to come. Raises `NotAllowed` about a
    time that is not on the clock of its day.
    """
    day, is_weekday = _take_day(scanner, now, begin)
    clock = scanner.take(r"(?:at )?(\d{1,2}):(\d{2})")
    if clock is None:
        return _RangePoint(day) if day else None
    if int(clock[1]) > 23 or int(clock[2]) > 59:
        raise NotAllowed(f"There's no time {clock[1]}:{clock[2]} on the clock. Try {EXAMPLES}.")
    point = _RangePoint(day or (begin.day if begin else now.date()), time(int(clock[1]), int(clock[2])))
    if is_weekday and begin is None and _to_utc(point, now) > now:
        point = replace(point, day=point.day - WEEK)
    elif day is None and begin and begin.clock and point.clock and point.clock < begin.clock:
        night = replace(point, day=point.day + DAY)  # from 22:00 to 2:00, if that night has begun
        point = night if night.day <= now.date() else point
    _require_on_clock(point, now)
    return point


def _require_on_clock(point: _RangePoint, now: datetime) -> None:
    """Raise `NotAllowed` about a time of the day that the clocks skip."""
    local = datetime.combine(point.day, point.clock or time())
    real = local.replace(tzinfo=now.tzinfo).astimezone(UTC).astimezone(now.tzinfo).replace(tzinfo=None)
    if real != local and point.clock:
        day = f"{point.day.day} {point.day:%b %Y}"
        raise NotAllowed(
            f"There was no {point.clock:%H:%M} on {day}: the clocks went forward. Did you mean `since {day.lower()} "
            f"{real:%H:%M}`?"
        )


def _take_day(scanner: _WordScanner, now: datetime, begin: _RangePoint | None) -> tuple[date | None, bool]:
    """Return a day, and whether it was said as a day of the week.

    One that ends what begins on a day of the same or last week is the first since then.
    """
    today = now.date()
    if found := scanner.take("yesterday|today|tomorrow"):
        return today + ("yesterday", "today", "tomorrow").index(found[0].strip()) * DAY - DAY, False
    if found := scanner.take(rf"(last )?({_WEEKDAY})"):
        nth = next(n for n, name in enumerate(WEEKDAYS) if name.startswith(found[2][:3]))
        if begin and today - begin.day < 2 * WEEK:
            return begin.day + (nth - begin.day.weekday()) % 7 * DAY, True
        back = (now.weekday() - nth) % 7
        return today - (back or 7 if found[1] else back) * DAY, True
    return _take_date(scanner, now, begin), False


def _take_date(scanner: _WordScanner, now: datetime, begin: _RangePoint | None) -> date | None:
    if found := scanner.take(r"(\d{4})-(\d{1,2})-(\d{1,2})"):
        return _make_date(int(found[1]), int(found[2]), int(found[3]))
    if found := scanner.take(r"(\d{1,2})\.(\d{1,2})\.(\d{4})"):
        return _make_date(int(found[3]), int(found[2]), int(found[1]))
    if found := scanner.take(rf"{_NUMBER} ({_MONTH})(?: (\d{{4}}))?"):
        return _make_day(int(found[1]), found[2], found[3], now, f"{found[1]} {found[2]} {{}}", begin)
    if found := scanner.take(rf"({_MONTH}) {_NUMBER}(?: (\d{{4}}))?"):
        return _make_day(int(found[2]), found[1], found[3], now, f"{found[2]} {found[1]} {{}}", begin)
    return None


def _make_day(
    day: int, month: str, year: str | None, now: datetime, words: str, begin: _RangePoint | None = None
) -> date:
    """Return the date. Without a year it is of this one, or of the last if it would be to come for half a year.

    One that is the end of what has begun may be to come.
    """
    nth = next(n for n, name in enumerate(MONTHS, 1) if name.startswith(month[:3]))
    if year:
        return _make_date(int(year), nth, day)
    found = _make_date(now.year, nth, day)
    if found - now.date() > HALF_YEAR:
        return _make_date(now.year - 1, nth, day)
    if found > now.date() and begin is None:
        raise NotAllowed(
            f"{words.format(now.year).capitalize()} is still to come. Did you mean `{words.format(now.year - 1)}`?"
        )
    return found


def _make_date(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        what = f"{MONTHS[month - 1].capitalize()} {year} has no day {day}" if 1 <= month <= 12 else f"No month {month}"
        raise NotAllowed(f"{what}. Try {EXAMPLES}.") from None


def _to_utc(point: _RangePoint, now: datetime, *, is_end: bool = False) -> datetime:
    """Return the instant in UTC; a day ends at the next midnight. A time that the clocks skip is one after it."""
    day = point.day + DAY if is_end and point.clock is None else point.day
    return floor_to_quarter(datetime.combine(day, point.clock or time(), now.tzinfo))


def _build_range(said: str, bounds: _RangeBounds, now: datetime) -> ReportRange:
    cut = floor_to_quarter(now)
    start = _to_utc(bounds.start, now)
    end = min(_to_utc(bounds.end, now, is_end=True), cut + QUARTER) if bounds.end else cut + QUARTER
    if start >= end:
        raise NotAllowed(f"“{said}” is still to come. Try {EXAMPLES}.")
    label = bounds.label
    if bounds.end and end > cut and _to_utc(bounds.end, now, is_end=True) > now:
        label += " so far"
    if start < now - MAX_AGE:
        raise NotAllowed(f"“{said}” is too long ago: figures are kept for {MAX_AGE.days} days. Try {EXAMPLES}.")
    if not has_counters(TimeSpan(start, end), now, now.tzinfo):
        raise NotAllowed(
            f"Hours of the day are kept for {HOURS_KEPT.days} days only. Try `{_format_days(bounds)}` for whole days."
        )
    local = [edge.astimezone(now.tzinfo).replace(tzinfo=None) for edge in (start, min(end, cut))]
    days = (local[1] - local[0]) / DAY
    weeks = 0 if days <= 1 else math.ceil(days / 7)
    compared = TimeSpan(start, end)
    if end > cut and weeks * WEEK >= HOURS_KEPT:  # so long ago only whole days are known
        compared = TimeSpan(start, find_local_day(cut, now.tzinfo).span.end)
    shifted = (subtract_weeks(compared, n, now.tzinfo) for n in ([weeks] if weeks else range(1, ALIKE_WEEKS + 1)))
    before = (TimeSpan(one.start, min(one.end, start)) for one in shifted)
    known = tuple(span for span in before if has_counters(span, now, now.tzinfo))
    elapsed = (now - start) / (compared.end - start) if end > cut else 1.0
    return ReportRange(said, label, TimeSpan(start, end), known, weeks, elapsed)


def _format_days(bounds: _RangeBounds) -> str:
    """Return the words for the whole days of a range."""
    start = replace(bounds.start, clock=None).format_words()
    if bounds.end is None:
        return f"since {start}"
    end = replace(bounds.end, clock=None).format_words()
    return start if start == end else f"{start} – {end}"
