"""The names of time zones that Windows shows to people: `(UTC+01:00) Amsterdam, Berlin, Rome`."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

_SHOWN = re.compile(r"\((?:UTC|GMT)(?:([+-])(\d\d):(\d\d))?\) *(.+)", re.IGNORECASE)
_LAND = re.compile(r" Time \(.*\)$")
_SEASONS = (datetime(2026, 1, 15), datetime(2026, 7, 15))  # noqa: DTZ001  (wall times of the zone that is asked)


@cache
def parse_windows_zone(name: str) -> str:
    """Return IANA's name of the first place that is a zone of this offset, else an empty string."""
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
