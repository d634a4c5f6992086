"""Spans of time as the brand's own calendar has them: today, yesterday, the week, and the same time before."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo

QUARTER = timedelta(minutes=15)
"""The finest that a tally tells apart. Every time zone in use is a whole number of quarters away from UTC."""
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


class Period(StrEnum):
    TODAY = "today"
    YESTERDAY = "yesterday"
    WEEK = "week"
    """The last seven days, today among them."""


class Span(NamedTuple):
    """From `start` until just before `end`, both in UTC and on a quarter of an hour."""

    start: datetime
    end: datetime

    def __contains__(self, at: object) -> bool:
        return isinstance(at, datetime) and self.start <= at < self.end

    def hours(self) -> Iterator[datetime]:
        """Each hour of UTC that has a part in it."""
        hour = self.start.replace(minute=0, second=0, microsecond=0)
        while hour < self.end:
            yield hour
            hour += HOUR

    def days(self) -> Iterator[datetime]:
        """Each day of UTC that has a part in it."""
        day = self.start.replace(hour=0, minute=0, second=0, microsecond=0)
        while day < self.end:
            yield day
            day += DAY


class Spans(NamedTuple):
    """`now` is what is told. `like` is its part up to the last full quarter, which can be held against `before`."""

    now: Span
    like: Span
    before: Span


def floor(at: datetime) -> datetime:
    """The quarter in which this instant lies."""
    at = at.astimezone(UTC)
    return at.replace(minute=at.minute // 15 * 15, second=0, microsecond=0)


def spans_of(period: Period, at: datetime, zone: ZoneInfo) -> Spans:
    """Today until now against yesterday until the same time on the clock; whole days against whole days.

    A day has 23 or 25 hours where the clocks change, as it has for everybody who lives through it.
    """
    today = at.astimezone(zone).date()
    midnight = _midnight(today, zone)
    if period is Period.YESTERDAY:
        yesterday = _midnight(today - DAY, zone)
        whole = Span(yesterday, midnight)
        return Spans(whole, whole, Span(_midnight(today - 2 * DAY, zone), yesterday))
    days = 6 if period is Period.WEEK else 0
    start = _midnight(today - days * DAY, zone)
    earlier = _midnight(today - (2 * days + 1) * DAY, zone)
    cut = floor(at)
    same_time = max(earlier, _days_before(cut, days + 1, zone))
    return Spans(Span(start, cut + QUARTER), Span(start, cut), Span(earlier, same_time))


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    """Where the clocks go forward at midnight, the instant at which they do: the day's first."""
    return floor(datetime.combine(day, time(), zone))


def _days_before(at: datetime, days: int, zone: ZoneInfo) -> datetime:
    """The same time on the clock, some days ago."""
    local = at.astimezone(zone)
    return floor(datetime.combine(local.date() - days * DAY, local.time(), zone))


def widened(start: datetime, end: datetime) -> Span:
    """To whole quarters, at least one."""
    seconds = int(QUARTER.total_seconds())
    first, last = int(start.timestamp()) // seconds, -(-int(end.timestamp()) // seconds)
    edges = (datetime.fromtimestamp(one * seconds, UTC) for one in (first, max(last, first + 1)))
    return Span(*edges)
