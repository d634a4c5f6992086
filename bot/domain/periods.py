"""Report periods in the brand's time zone: today, yesterday, the week, and the same time before."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo

QUARTER = timedelta(minutes=15)
"""The resolution of the counters. All time zones in use are whole quarters away from UTC."""
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


class ReportPeriod(StrEnum):
    TODAY = "today"
    YESTERDAY = "yesterday"
    WEEK = "week"
    """The last seven days, today among them."""


class TimeSpan(NamedTuple):
    """From `start` until just before `end`, both in UTC and on a quarter of an hour."""

    start: datetime
    end: datetime

    def __contains__(self, at: object) -> bool:
        return isinstance(at, datetime) and self.start <= at < self.end

    def list_hours(self) -> Iterator[datetime]:
        """Yield each UTC hour that overlaps the span."""
        hour = self.start.replace(minute=0, second=0, microsecond=0)
        while hour < self.end:
            yield hour
            hour += HOUR

    def list_days(self) -> Iterator[datetime]:
        """Yield each UTC day that overlaps the span."""
        day = self.start.replace(hour=0, minute=0, second=0, microsecond=0)
        while day < self.end:
            yield day
            day += DAY


class ReportSpans(NamedTuple):
    """`comparable` is the part of `current` up to the last full quarter, to compare with `before`."""

    current: TimeSpan
    comparable: TimeSpan
    before: TimeSpan


def floor_to_quarter(at: datetime) -> datetime:
    at = at.astimezone(UTC)
    return at.replace(minute=at.minute // 15 * 15, second=0, microsecond=0)


def compute_report_spans(period: ReportPeriod, at: datetime, zone: ZoneInfo) -> ReportSpans:
    """Compare today with yesterday until the same local time, and whole days with whole days (23 to 25 hours)."""
    today = at.astimezone(zone).date()
    midnight = _get_midnight(today, zone)
    if period is ReportPeriod.YESTERDAY:
        yesterday = _get_midnight(today - DAY, zone)
        whole = TimeSpan(yesterday, midnight)
        return ReportSpans(whole, whole, TimeSpan(_get_midnight(today - 2 * DAY, zone), yesterday))
    days = 6 if period is ReportPeriod.WEEK else 0
    start = _get_midnight(today - days * DAY, zone)
    earlier = _get_midnight(today - (2 * days + 1) * DAY, zone)
    cut = floor_to_quarter(at)
    same_time = max(earlier, _subtract_days(cut, days + 1, zone))
    return ReportSpans(TimeSpan(start, cut + QUARTER), TimeSpan(start, cut), TimeSpan(earlier, same_time))


def _get_midnight(day: date, zone: ZoneInfo) -> datetime:
    """Return the first instant of the day, in UTC, also where daylight saving skips midnight."""
    return floor_to_quarter(datetime.combine(day, time(), zone))


def _subtract_days(at: datetime, days: int, zone: ZoneInfo) -> datetime:
    """Return the same local time some days earlier, in UTC."""
    local = at.astimezone(zone)
    return floor_to_quarter(datetime.combine(local.date() - days * DAY, local.time(), zone))


def widen_to_quarters(start: datetime, end: datetime) -> TimeSpan:
    """Return the smallest span of whole quarters around it, at least one."""
    seconds = int(QUARTER.total_seconds())
    first, last = int(start.timestamp()) // seconds, -(-int(end.timestamp()) // seconds)
    edges = (datetime.fromtimestamp(one * seconds, UTC) for one in (first, max(last, first + 1)))
    return TimeSpan(*edges)
