"""Convert local times to UTC, with daylight saving time."""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

SECOND = timedelta(seconds=1)


@lru_cache(maxsize=20_000)
def resolve_local_time(day: date, clock: time, zone: str) -> datetime:
    """Return the first instant, in UTC, at which the local clock shows this time of this day or later.

    A repeated time is the first of the two; a skipped one (half an hour on Lord Howe, a day in Samoa in 2011) is the
    instant of the change. So the result never decreases as the time of day increases, and shifts do not overlap.
    """
    place = ZoneInfo(zone)
    wanted = datetime.combine(day, clock)
    late = wanted.replace(tzinfo=place, fold=0).astimezone(UTC)
    if _get_wall_time(late, place) == wanted:
        return late
    early = wanted.replace(tzinfo=place, fold=1).astimezone(UTC)
    return _find_transition(wanted, early, late, place)


def _get_wall_time(at: datetime, place: ZoneInfo) -> datetime:
    return at.astimezone(place).replace(tzinfo=None)


def _find_transition(wanted: datetime, early: datetime, late: datetime, place: ZoneInfo) -> datetime:
    """Find, to the second, the instant at which the clock skips the wanted time."""
    while late - early > SECOND:
        middle = early + timedelta(seconds=int((late - early).total_seconds()) // 2)
        if _get_wall_time(middle, place) >= wanted:
            late = middle
        else:
            early = middle
    return late


def get_local_date(at: datetime, zone: str) -> date:
    return at.astimezone(ZoneInfo(zone)).date()
