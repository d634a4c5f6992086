"""Business hours of a department, and deadlines that count working time only."""

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.domain.immutable import FrozenModel

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_WINDOW = re.compile(r"^(?P<days>[A-Za-z,\- ]+?)\s+(?P<start>\d{1,2}:\d{2})\s*-\s*(?P<end>\d{1,2}:\d{2})$")
_LONGEST_SEARCH = timedelta(days=370)
MORNING = time(9)
"""When the day begins for those who are always open."""


class HoursWindow(FrozenModel):
    """Days of the week (0 is Monday) and local times; an end at or before the start is on the next day."""

    days: frozenset[int]
    start: time
    end: time

    def get_interval(self, day: date, zone: ZoneInfo) -> tuple[datetime, datetime] | None:
        """Return start and end on a day, in UTC, or None if the window does not open on that day."""
        if day.weekday() not in self.days:
            return None
        last = day if self.end > self.start else day + timedelta(days=1)
        start = datetime.combine(day, self.start, zone).astimezone(UTC)
        return start, datetime.combine(last, self.end, zone).astimezone(UTC)


class BusinessHours(FrozenModel):
    """Windows in one time zone; none: always open."""

    windows: tuple[HoursWindow, ...] = ()
    zone: str = "UTC"

    def _list_intervals(self, day: date) -> list[tuple[datetime, datetime]]:
        zone = ZoneInfo(self.zone)
        return sorted(span for window in self.windows if (span := window.get_interval(day, zone)))

    def is_open_at(self, at: datetime) -> bool:
        if not self.windows:
            return True
        day = at.astimezone(ZoneInfo(self.zone)).date()
        return any(start <= at < end for d in (day - timedelta(days=1), day) for start, end in self._list_intervals(d))

    def find_closing_time(self, at: datetime) -> datetime:
        """Return the end of the working time around `at`, in UTC; `at` itself if it is outside of working time."""
        end = at.astimezone(UTC)
        while end < at + _LONGEST_SEARCH:
            day = end.astimezone(ZoneInfo(self.zone)).date()
            spans = [span for d in (day - timedelta(days=1), day) for span in self._list_intervals(d)]
            later = max((closes for opens, closes in spans if opens <= end < closes), default=end)
            if later == end:
                break
            end = later
        return end

    def find_next_day_start(self, at: datetime) -> datetime:
        """Return the first working minute of the next working day, in UTC; 09:00 where all hours are working hours."""
        zone = ZoneInfo(self.zone)
        today = at.astimezone(zone).date()
        if not self.windows:
            return datetime.combine(today + timedelta(days=1), MORNING, zone).astimezone(UTC)
        for ahead in range(1, _LONGEST_SEARCH.days):
            if spans := self._list_intervals(today + timedelta(days=ahead)):
                return spans[0][0]
        return at + _LONGEST_SEARCH

    def add_working_day(self, at: datetime) -> datetime:
        """Return the same time of day on the next working day, in UTC, or the next opening if that is outside."""
        zone = ZoneInfo(self.zone)
        day = self.find_next_day_start(at).astimezone(zone).date()
        return self.add_working_time(datetime.combine(day, at.astimezone(zone).time(), zone), timedelta())

    def add_working_time(self, start: datetime, working: timedelta) -> datetime:
        """Return the instant, in UTC, at which so much working time has passed since `start`.

        Overlapping windows count once; hours that daylight saving skips or repeats count as they really pass.
        """
        start = start.astimezone(UTC)
        if not self.windows:
            return start + working
        at, left = start, working
        day = start.astimezone(ZoneInfo(self.zone)).date() - timedelta(days=1)
        until = start + _LONGEST_SEARCH
        while at < until:
            for opens, closes in self._list_intervals(day):
                at = max(at, opens) if closes > at else at
                if opens <= at < closes:
                    if closes - at >= left:
                        return at + left
                    left -= closes - at
                    at = closes
            day += timedelta(days=1)
        return until


def parse_window(words: str) -> HoursWindow:
    """Parse `Mon-Fri 08:00-20:00`, `Sat,Sun 10:00-14:00` and the like. Raises ValueError with a sentence."""
    found = _WINDOW.match(words.strip())
    if not found:
        raise ValueError(f"{words!r} is not a range of hours. Write it like 'Mon-Fri 08:00-20:00'")
    return HoursWindow(
        days=parse_days(found["days"]), start=_parse_clock_time(found["start"]), end=_parse_clock_time(found["end"])
    )


def _parse_clock_time(words: str) -> time:
    hour, minute = (int(part) for part in words.split(":"))
    if (hour, minute) == (24, 0):
        return time(0, 0)
    if hour > 23 or minute > 59:
        raise ValueError(f"{words!r} is not a time of day. Hours run from 00:00 to 24:00")
    return time(hour, minute)


def parse_days(words: str) -> frozenset[int]:
    """Parse `Mon-Fri` or `Sat,Sun`; 0 is Monday. Raises ValueError with a sentence."""
    chosen: set[int] = set()
    for part in words.split(","):
        first, _, last = part.strip().partition("-")
        start, end = _parse_day_name(first), _parse_day_name(last or first)
        chosen.update((start + offset) % 7 for offset in range((end - start) % 7 + 1))
    return frozenset(chosen)


def _parse_day_name(word: str) -> int:
    """Parse three or more letters of a weekday's name. Raises ValueError."""
    short = word.strip().lower()
    found = [number for number, day in enumerate(DAYS) if len(short) >= 3 and day.startswith(short)]
    if not found:
        raise ValueError(f"{word.strip()!r} is not a day of the week. Use Mon, Tue, Wed, Thu, Fri, Sat, Sun")
    return found[0]
