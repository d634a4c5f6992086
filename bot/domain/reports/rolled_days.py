"""Days of the brand's own zone, to which the counters of hours are added up after a month, to need less memory."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import NamedTuple

from bot.domain.periods import DAY, TimeSpan, floor_to_quarter

HOURS_KEPT = timedelta(days=31)


class LocalDay(NamedTuple):
    name: str
    """Of the key: `20261129`."""
    span: TimeSpan


def find_local_day(at: datetime, zone: tzinfo | None) -> LocalDay:
    """Return the day on the brand's calendar; it has 23 or 25 hours when the clocks change."""
    day = at.astimezone(zone).date()
    return LocalDay(f"{day:%Y%m%d}", TimeSpan(_find_midnight(day, zone), _find_midnight(day + DAY, zone)))


def compute_hours_start(at: datetime, zone: tzinfo | None) -> datetime:
    """Return the local midnight, in UTC, since which counters say in which hour it was."""
    return _find_midnight((at.astimezone(zone) - HOURS_KEPT).date(), zone)


def has_counters(span: TimeSpan, at: datetime, zone: tzinfo | None) -> bool:
    """Return whether its counters are still there: of more than a month ago only those of whole days are."""
    hours_start = compute_hours_start(at, zone)
    edges = (edge for edge in span if edge < hours_start)
    return all(edge == find_local_day(edge, zone).span.start for edge in edges)


def list_counter_days(spans: Iterable[TimeSpan], at: datetime, zone: tzinfo | None) -> list[LocalDay]:
    """Return each whole day of a span whose hours may be added up: a day more, as clocks of processes differ."""
    until = compute_hours_start(at, zone) + DAY
    found: dict[str, LocalDay] = {}
    for span in spans:
        day = find_local_day(span.start, zone)
        while day.span.end <= min(span.end, until):
            if day.span.start >= span.start:
                found[day.name] = day
            day = find_local_day(day.span.end, zone)
    return sorted(found.values())


def _find_midnight(day: date, zone: tzinfo | None) -> datetime:
    return floor_to_quarter(datetime.combine(day, time(), zone)).astimezone(UTC)
