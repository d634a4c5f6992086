"""The clock on the wall, as people agree on it, and the line of time, on which nothing is skipped or repeated."""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

SECOND = timedelta(seconds=1)


@lru_cache(maxsize=20_000)
def resolve_local_time(day: date, clock: time, zone: str) -> datetime:
    """The first instant, in UTC, at which the wall clock of a zone shows this time of this day or a later one.

    So a time that comes twice in the night the clocks go back is the first of the two. One that never comes, since the
    clocks go forward over it (by half an hour on Lord Howe, by a whole day in Samoa in 2011), is the moment at which
    they do. This never goes back as the time of day goes on: what one shift ends with, the next begins with.
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
    """The clocks jump over the wanted time somewhere between these two; found to the second."""
    while late - early > SECOND:
        middle = early + timedelta(seconds=int((late - early).total_seconds()) // 2)
        if _get_wall_time(middle, place) >= wanted:
            late = middle
        else:
            early = middle
    return late


def get_local_date(at: datetime, zone: str) -> date:
    """What the calendar on the wall shows."""
    return at.astimezone(ZoneInfo(zone)).date()
