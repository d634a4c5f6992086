"""Points of time in words: `friday 18:00`, `24 nov`, `2026-03-15`, taken from a text word by word."""

import calendar
import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from bot.domain.errors import NotAllowed
from bot.domain.periods import DAY, floor_to_quarter

WEEK = 7 * DAY
HALF_YEAR = timedelta(days=183)
MONTHS = tuple(month.lower() for month in calendar.month_name[1:])
WEEKDAYS = tuple(day.lower() for day in calendar.day_name)
EXAMPLES = "`yesterday`, `last week`, `since friday 18:00`, `march` or `1–15 march`"
MONTH = "|".join(f"{month[:3]}(?:{month[3:]})?" for month in MONTHS) + "|sept"
_WEEKDAY = "|".join(f"{day[:3]}(?:{day[3:]})?" for day in WEEKDAYS)
NUMBER = r"(\d{1,2})(?:st|nd|rd|th)?"
DASH = "[-\N{EN DASH}\N{EM DASH}]"


@dataclass(frozen=True, slots=True)
class RangePoint:
    day: date
    clock: time | None = None

    def format_words(self) -> str:
        """Return the words with which a person would write it."""
        return f"{self.day.day} {self.day:%b %Y}{f' {self.clock:%H:%M}' if self.clock else ''}".lower()

    def format_label(self, now: datetime) -> str:
        year = "" if self.day.year == now.year else f" {self.day.year}"
        return f"{self.day:%a} {self.day.day} {self.day:%b}{year}{f', {self.clock:%H:%M}' if self.clock else ''}"


class WordParser:
    """Takes one expression after the other from the beginning of a text."""

    def __init__(self, text: str) -> None:
        self.rest = text

    def take(self, pattern: str) -> re.Match[str] | None:
        found = re.match(rf"(?:{pattern})(?:\s+|$|(?={DASH}))", self.rest)
        self.rest = self.rest[found.end() :] if found else self.rest
        return found

    def take_mark(self) -> bool:
        found = re.match(rf"\s*(?:{DASH}\s*|(?:to|until)\s+)", self.rest)
        self.rest = self.rest[found.end() :] if found else self.rest
        return found is not None


def take_point(parser: WordParser, now: datetime, *, begin: RangePoint | None = None) -> RangePoint | None:
    """Take a day, a time of the day, or both. Without a date, it is the last one that has begun.

    What ends after `begin` is of its day or of the days after it, and may be to come. Raises `NotAllowed` about a
    time that is not on the clock of its day.
    """
    day, is_weekday = _take_day(parser, now, begin)
    noon = parser.take("(?:at )?noon")
    clock = re.match(r"(12):(00)", "12:00") if noon else parser.take(r"(?:at )?(\d{1,2}):(\d{2})")
    if clock is None:
        return RangePoint(day) if day else None
    is_midnight = (clock[1], clock[2]) == ("24", "00")
    if not is_midnight and (int(clock[1]) > 23 or int(clock[2]) > 59):
        raise NotAllowed(f"There's no time {clock[1]}:{clock[2]} on the clock. Try {EXAMPLES}.")
    first = day or (begin.day if begin else now.date())
    point = RangePoint(first + DAY, time()) if is_midnight else RangePoint(first, time(int(clock[1]), int(clock[2])))
    if is_weekday and begin is None and compute_time(point, now) > now:
        point = replace(point, day=point.day - WEEK)
    elif not is_midnight and day is None and begin and begin.clock and point.clock and point.clock < begin.clock:
        night = replace(point, day=point.day + DAY)  # from 22:00 to 2:00, if that night has begun
        point = night if night.day <= now.date() else point
    _require_on_clock(point, now)
    return point


def _require_on_clock(point: RangePoint, now: datetime) -> None:
    """Raise `NotAllowed` about a time of the day that the clocks skip."""
    local = datetime.combine(point.day, point.clock or time())
    real = local.replace(tzinfo=now.tzinfo).astimezone(UTC).astimezone(now.tzinfo).replace(tzinfo=None)
    if real != local and point.clock:
        day = f"{point.day.day} {point.day:%b %Y}"
        raise NotAllowed(
            f"There was no {point.clock:%H:%M} on {day}: the clocks went forward. Did you mean `since {day.lower()} "
            f"{real:%H:%M}`?"
        )


def _take_day(parser: WordParser, now: datetime, begin: RangePoint | None) -> tuple[date | None, bool]:
    """Return a day, and whether it was said as a day of the week.

    One that ends what begins on a day of the same or last week is the first since then.
    """
    today = now.date()
    if found := parser.take("yesterday|today|tomorrow"):
        return today + ("yesterday", "today", "tomorrow").index(found[0].strip()) * DAY - DAY, False
    if found := parser.take(rf"(last )?({_WEEKDAY})"):
        nth = next(n for n, name in enumerate(WEEKDAYS) if name.startswith(found[2][:3]))
        if begin and today - begin.day < 2 * WEEK:
            return begin.day + (nth - begin.day.weekday()) % 7 * DAY, True
        back = (now.weekday() - nth) % 7
        return today - (back or 7 if found[1] else back) * DAY, True
    return _take_date(parser, now, begin), False


def _take_date(parser: WordParser, now: datetime, begin: RangePoint | None) -> date | None:
    if found := parser.take(r"(\d{4})-(\d{1,2})-(\d{1,2})"):
        return make_date(int(found[1]), int(found[2]), int(found[3]))
    if found := parser.take(r"(\d{1,2})\.(\d{1,2})\.(\d{4})"):
        return make_date(int(found[3]), int(found[2]), int(found[1]))
    if found := parser.take(rf"{NUMBER} ({MONTH})(?: (\d{{4}}))?"):
        return make_day(int(found[1]), found[2], found[3], now, f"{found[1]} {found[2]} {{}}", begin)
    if found := parser.take(rf"({MONTH}) {NUMBER}(?: (\d{{4}}))?"):
        return make_day(int(found[2]), found[1], found[3], now, f"{found[2]} {found[1]} {{}}", begin)
    return None


def make_day(
    day: int, month: str, year: str | None, now: datetime, words: str, begin: RangePoint | None = None
) -> date:
    """Return the date. Without a year it is of this one, or of the last if it would be to come for half a year.

    One that is the end of what has begun may be to come.
    """
    nth = next(n for n, name in enumerate(MONTHS, 1) if name.startswith(month[:3]))
    if year:
        return make_date(int(year), nth, day)
    found = make_date(now.year, nth, day)
    if found - now.date() > HALF_YEAR:
        return make_date(now.year - 1, nth, day)
    if found > now.date() and begin is None:
        raise NotAllowed(
            f"{words.format(now.year).capitalize()} is still to come. Did you mean `{words.format(now.year - 1)}`?"
        )
    return found


def make_date(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        what = f"{MONTHS[month - 1].capitalize()} {year} has no day {day}" if 1 <= month <= 12 else f"No month {month}"
        raise NotAllowed(f"{what}. Try {EXAMPLES}.") from None


def compute_time(point: RangePoint, now: datetime, *, is_end: bool = False) -> datetime:
    """Return the instant in UTC; a day ends at the next midnight. A time that the clocks skip is one after it."""
    day = point.day + DAY if is_end and point.clock is None else point.day
    return floor_to_quarter(datetime.combine(day, point.clock or time(), now.tzinfo))
