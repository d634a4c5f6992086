"""Spans of time on whole quarters of an hour, as the counters are kept."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from typing import NamedTuple

QUARTER = timedelta(minutes=15)
"""The resolution of the counters. All time zones in use are whole quarters away from UTC."""
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


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


def floor_to_quarter(at: datetime) -> datetime:
    at = at.astimezone(UTC)
    return at.replace(minute=at.minute // 15 * 15, second=0, microsecond=0)


def widen_to_quarters(start: datetime, end: datetime) -> TimeSpan:
    """Return the smallest span of whole quarters around it, at least one."""
    seconds = int(QUARTER.total_seconds())
    first, last = int(start.timestamp()) // seconds, -(-int(end.timestamp()) // seconds)
    edges = (datetime.fromtimestamp(one * seconds, UTC) for one in (first, max(last, first + 1)))
    return TimeSpan(*edges)


def trim_to_quarters(start: datetime, end: datetime) -> TimeSpan:
    """Return the whole quarters inside it; an empty span after its start if there is none."""
    first = widen_to_quarters(start, start).start
    first = first if first == start else first + QUARTER
    return TimeSpan(first, max(first, floor_to_quarter(end)))


def subtract_weeks(span: TimeSpan, weeks: int, zone: tzinfo | None) -> TimeSpan:
    """Return the same local times some weeks earlier, at least an empty span where the clocks changed."""
    local = [edge.astimezone(zone) for edge in span]
    start, end = (
        floor_to_quarter(datetime.combine(edge.date() - timedelta(weeks=weeks), edge.time(), zone)) for edge in local
    )
    return TimeSpan(start, max(start, end))
