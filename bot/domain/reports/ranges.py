"""Ranges in words: `last week`, `since friday 18:00`, `1–15 march`, in the brand's time zone.

A grammar of our own: libraries for dates guess at what they do not know, and a report of the wrong week is worse than
a question.
"""

import math
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bot.domain.errors import NotAllowed
from bot.domain.periods import DAY, QUARTER, TimeSpan, floor_to_quarter, subtract_weeks
from bot.domain.reports.range_points import (
    DASH,
    EXAMPLES,
    MONTH,
    MONTHS,
    NUMBER,
    WEEK,
    WEEKDAYS,
    RangePoint,
    WordParser,
    compute_time,
    make_date,
    make_day,
    take_point,
)
from bot.domain.reports.rolled_days import HOURS_KEPT, find_local_day, has_counters

MAX_AGE = timedelta(days=400)
"""As long as counters are kept."""
ALIKE_WEEKS = 4
"""How many weeks before tell what is usual for a time of one day at most."""
UNITS = {"hour": timedelta(hours=1), "day": DAY, "week": WEEK}
DAY_PARTS = {"morning": (6, 12), "afternoon": (12, 18), "evening": (18, 24)}
"""The hours between which it is."""
VOCABULARY = (
    *("today", "yesterday", "week", "month", "year", "last", "this", "since", "hour", "hours", "days"),
    *(*DAY_PARTS, *WEEKDAYS, *MONTHS),
)
_GOES_ON = rf"(?!\s*(?:{DASH}|to |until |at |noon\b|\d{{1,2}}:))"
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


class _RangeBounds(NamedTuple):
    label: str
    start: RangePoint
    end: RangePoint | None = None
    """The last day, or a time that is not included; None for now."""


def parse_range(words: str, at: datetime, zone: ZoneInfo) -> tuple[ReportRange, str] | None:
    """Return the range with which lower-case words begin, and the words that follow; None if there is no range.

    Raises `NotAllowed` with a sentence for the person about a range that is to come, reversed or too old.
    """
    now = at.astimezone(zone)
    for parse in (_parse_named, _parse_last, _parse_since, _parse_month, _parse_days):
        parser = WordParser(words)
        if (bounds := parse(parser, now)) is not None:
            return _build_range(words[: len(words) - len(parser.rest)].strip(), bounds, now), parser.rest
    return None


def parse_known_range(words: str, at: datetime, zone: ZoneInfo) -> ReportRange:
    """Return the range of words that `parse_range` understood. Raises `NotAllowed` where time has made it wrong."""
    found = parse_range(words, at, zone)
    if found is None:
        raise NotAllowed(f"Earshot doesn't understand this time any more. Try {EXAMPLES}.")
    return found[0]


def _parse_named(parser: WordParser, now: datetime) -> _RangeBounds | None:
    found = parser.take(
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
        end = RangePoint(today, time(last_hour)) if last_hour < 24 else RangePoint(today)
        return _RangeBounds(label, RangePoint(today, time(first_hour)), end)
    new_year = today.replace(month=1, day=1)
    return {
        "today": _RangeBounds("today", RangePoint(today)),
        "yesterday": _RangeBounds("yesterday", RangePoint(today - DAY), RangePoint(today - DAY)),
        "week": _RangeBounds("in the last 7 days", RangePoint(today - 6 * DAY)),
        "month": _RangeBounds("in the last 30 days", RangePoint(today - 29 * DAY)),
        "this week": _RangeBounds("this week", RangePoint(monday)),
        "last week": _RangeBounds("last week", RangePoint(sunday - 6 * DAY), RangePoint(sunday)),
        "this month": _RangeBounds("this month", RangePoint(first)),
        "next week": _RangeBounds("next week", RangePoint(monday + WEEK)),
        "next month": _RangeBounds("next month", RangePoint((first + 31 * DAY).replace(day=1))),
        "last month": _RangeBounds(f"in {last:%B}", RangePoint(last.replace(day=1)), RangePoint(last)),
        "this year": _RangeBounds("this year", RangePoint(new_year)),
        "last year": _RangeBounds(
            f"in {today.year - 1}", RangePoint(new_year.replace(year=today.year - 1)), RangePoint(new_year - DAY)
        ),
    }[said]


def _parse_last(parser: WordParser, now: datetime) -> _RangeBounds | None:
    found = parser.take(r"(?:last )?(\d{1,5}) (hour|day|week)s?|last (hour)|(?:last )?(fortnight)")
    count, unit = (int(found[1] or 1), found[2] or found[3]) if found else (0, "")
    if found and found[4]:
        count, unit = 2, "week"
    if not count:
        return None
    label = f"in the last {count} {unit}s" if count > 1 else f"in the last {unit}"
    if unit != "hour":
        return _RangeBounds(label, RangePoint(now.date() - count * UNITS[unit] + DAY))
    start = (floor_to_quarter(now) - count * UNITS[unit]).astimezone(now.tzinfo)
    return _RangeBounds(label, RangePoint(start.date(), start.timetz().replace(tzinfo=None)))


def _parse_since(parser: WordParser, now: datetime) -> _RangeBounds | None:
    if parser.take("since") is None:
        return None
    start = take_point(parser, now)
    return None if start is None else _RangeBounds(f"since {start.format_label(now)}", start)


def _parse_month(parser: WordParser, now: datetime) -> _RangeBounds | None:
    found = parser.take(rf"(?:in )?({MONTH})(?: (\d{{4}}))?")
    if found is None or parser.take(NUMBER):  # march 5 is a day
        return None
    first = make_day(1, found[1], found[2], now, f"{found[1]} {{}}")
    last = (first + 31 * DAY).replace(day=1) - DAY
    label = f"in {first:%B}" + ("" if first.year == now.year else f" {first.year}")
    return _RangeBounds(label, RangePoint(first), RangePoint(last))


def _parse_days(parser: WordParser, now: datetime) -> _RangeBounds | None:
    """Parse a day, or two points with a dash between them: `24 nov`, `1–15 march`, `friday 18:00 to sunday`."""
    parser.take("from|on")
    begins = parser.rest
    bare = parser.take(NUMBER)
    if bare and parser.take_mark():  # the first number has the month of the second
        end = take_point(parser, now, begin=RangePoint(now.date()))
        start = RangePoint(make_date(end.day.year, end.day.month, int(bare[1]))) if end else None
        if start and start.day > now.date():
            meant = f"{int(bare[1])}–{end.day.day} {end.day:%B} {end.day.year - 1}".lower() if end else ""
            raise NotAllowed(f"{start.day.day} {start.day:%B %Y} is still to come. Did you mean `{meant}`?")
    else:
        parser.rest = begins
        start = take_point(parser, now)
        end = take_point(parser, now, begin=start) if start and parser.take_mark() else start
    if start is None or end is None:
        return None
    first, last = start.format_label(now), end.format_label(now)
    if start is end:
        if start.clock and compute_time(start, now) <= now:
            raise _ask_until(start)
        return _RangeBounds(f"on {first}", start, start)
    if compute_time(start, now) >= compute_time(end, now, is_end=True):
        swapped = f"{end.format_words()} – {start.format_words()}"
        raise NotAllowed(f"{first} is after {last}. Did you mean `{swapped}`?")
    return _RangeBounds(f"from {first} to {last}", start, end)


def _ask_until(start: RangePoint) -> NotAllowed:
    """Ask for the end of what begins at a time of the day."""
    assert start.clock is not None
    words, later = start.format_words(), (datetime.combine(start.day, start.clock) + UNITS["hour"]).time()
    until = f", or `{words} to {later:%H:%M}`" if later > start.clock else ""
    return NotAllowed(f"From {start.clock:%H:%M} until when? Try `since {words}`{until}.")


def _build_range(said: str, bounds: _RangeBounds, now: datetime) -> ReportRange:
    cut = floor_to_quarter(now)
    start = compute_time(bounds.start, now)
    end = min(compute_time(bounds.end, now, is_end=True), cut + QUARTER) if bounds.end else cut + QUARTER
    if start >= end:
        raise NotAllowed(f"“{said}” is still to come. Try {EXAMPLES}.")
    label = bounds.label
    if bounds.end and end > cut and compute_time(bounds.end, now, is_end=True) > now:
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
