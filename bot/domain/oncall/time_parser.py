"""Parse times such as `until 8`, `tomorrow 08:00` or `2h`; ambiguous ones are refused, not guessed."""

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bot.domain.business_hours import DAYS
from bot.domain.commits import NotAllowed
from bot.domain.oncall.local_time import get_local_date, resolve_local_time
from bot.domain.periods import TimeSpan

DAY = timedelta(days=1)
HALF = timedelta(hours=12)
DAY_END = "18:00"
"""When a role or a mute ends that has only a day."""
EXAMPLES = "`until 08:00`, `until tomorrow 08:00`, `until Fri 17:30` or `for 2h`"
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

_DURATION = re.compile(r"(\d{1,4})\s*(d|days?|h|hrs?|hours?|m|min|mins|minutes?)(?![a-z])")
_CLOCK = re.compile(r"^(?:at )?(\d{1,2})(?:[:.](\d{2}))?\s*(am|pm|h|o'?clock)?$")
_PERSON = re.compile(r"<@([UW][A-Z0-9]{2,30})(?:\|[^>]*)?>")
_KEYWORD = re.compile(r"\b(from|until|till|til|to|for|on|at|by|with)\b", re.IGNORECASE)
_FILLER_WORDS = re.compile(r"\b(please|my|the|shift|now|it)\b", re.IGNORECASE)


class ShiftRequest(NamedTuple):
    """The text after the subcommand. `rest` is a name, or a time without a keyword."""

    people: tuple[str, ...] = ()
    me: bool = False
    start: str = ""
    until: str = ""
    lasting: str = ""
    rest: str = ""


def parse_shift_request(words: str) -> ShiftRequest:
    """Parse the text as Slack sends it, with people as `<@U…>`."""
    people = tuple(_PERSON.findall(words))
    plain = _FILLER_WORDS.sub(" ", _PERSON.sub(" ", words))
    me = re.search(r"\bme\b", plain, re.IGNORECASE) is not None
    first, *more = _KEYWORD.split(re.sub(r"\bme\b", " ", plain, flags=re.IGNORECASE))
    said = {"rest": [first]}
    for keyword, what in zip(more[::2], more[1::2], strict=True):
        said.setdefault(_classify_keyword(keyword.lower()), []).append(what)
    joined = {part: " ".join(" ".join(words).split()) for part, words in said.items()}
    return ShiftRequest(people=people, me=me, **joined)


def _classify_keyword(keyword: str) -> str:
    if keyword == "from":
        return "start"
    if keyword == "for":
        return "lasting"
    return "until" if keyword in {"until", "till", "til", "to"} else "rest"


def parse_time(words: str, after: datetime, zone: str) -> datetime:
    """Return the first instant after `after` that these words can mean. Raises `NotAllowed` with an example."""
    said = " ".join(words.lower().replace(",", " ").split())
    if (lasts := parse_duration(said)) is not None:
        return after + lasts
    day, rest = _split_named_day(said, after, zone)
    clock = _parse_clock(rest)
    if clock is None and day is not None and not rest:
        raise NotAllowed(f"What time on {words}? Type it like `until {words} 08:00`.")
    if clock is None:
        raise NotAllowed(f"Earshot doesn't understand the time in “{_quote_words(words)}”. Type it like {EXAMPLES}.")
    found = _find_first_instant(day, clock, after, zone)
    if found <= after:
        raise NotAllowed(f"“{_quote_words(words)}” is in the past. Type it like {EXAMPLES}.")
    if day is None and clock.is_ambiguous:
        _check_unambiguous(clock.at, found, after, zone)
    return found


def parse_end(words: str, after: datetime, zone: str) -> datetime:
    """Do as `parse_time`; a day without a time ends at `DAY_END`. Raises `NotAllowed`."""
    has_no_time = parse_whole_day(words, after, zone) is not None
    return parse_time(f"{words} {DAY_END}" if has_no_time else words, after, zone)


def parse_whole_day(words: str, after: datetime, zone: str) -> TimeSpan | None:
    """Return the named day if there is nothing else, or None."""
    said = " ".join(words.lower().replace(",", " ").split())
    day, rest = _split_named_day(said, after, zone)
    if day is None or rest:
        return None
    return TimeSpan(resolve_local_time(day, time(), zone), resolve_local_time(day + DAY, time(), zone))


def parse_duration(words: str) -> timedelta | None:
    """Parse `2h`, `1h30m`, `90 min` or `3 days`; None if it is no duration."""
    parts = _DURATION.findall(words)
    if not parts or _DURATION.sub("", words).replace("and", "").strip():
        return None
    units = {"d": "days", "h": "hours", "m": "minutes"}
    found = sum((timedelta(**{units[unit[0]]: int(number)}) for number, unit in parts), timedelta())
    return found or None


class _TimeOfDay(NamedTuple):
    at: time
    is_ambiguous: bool
    """Morning or evening: `8`."""
    ends_day: bool = False
    """24:00."""


def _parse_clock(words: str) -> _TimeOfDay | None:
    if words in {"noon", "midday"}:
        return _TimeOfDay(time(12), is_ambiguous=False)
    if words in {"midnight", "24:00", "24"}:
        return _TimeOfDay(time(), is_ambiguous=False, ends_day=True)
    found = _CLOCK.match(words)
    if not found:
        return None
    hour, minute, half = int(found[1]), int(found[2] or 0), found[3] or ""
    if half in {"am", "pm"}:
        hour = hour % 12 + (12 if half == "pm" else 0) if 1 <= hour <= 12 else 99
    if hour > 23 or minute > 59:
        return None
    vague = found[2] is None and half not in {"am", "pm", "h"} and 1 <= hour <= 12
    return _TimeOfDay(time(hour, minute), vague)


def _find_first_instant(day: date | None, clock: _TimeOfDay, after: datetime, zone: str) -> datetime:
    today = get_local_date(after, zone)
    days = [day] if day is not None else [today - DAY, today, today + DAY]
    found = [resolve_local_time(one + DAY if clock.ends_day else one, clock.at, zone) for one in days]
    return next((one for one in found if one > after), found[-1])


def _check_unambiguous(clock: time, found: datetime, after: datetime, zone: str) -> None:
    """Raise `NotAllowed` if the other half of the day would come first, as for `8` in the afternoon."""
    later = time((clock.hour + 12) % 24)
    other = _find_first_instant(None, _TimeOfDay(later, is_ambiguous=False), after, zone)
    if other < found:
        there = ZoneInfo(zone)
        raise NotAllowed(
            f"“{clock.hour}” could be {other.astimezone(there):%a %H:%M} or {found.astimezone(there):%a %H:%M}. "
            f"Type `until {later:%H:%M}` or `until {clock:%H:%M}`."
        )


def _split_named_day(words: str, after: datetime, zone: str) -> tuple[date | None, str]:
    """Return the named day, if any, and the rest of the words."""
    today = get_local_date(after, zone)
    parts = words.split()
    for size in (2, 1):
        for start in range(len(parts) - size + 1):
            named = " ".join(parts[start : start + size])
            found = next(iter(_iterate_named_days(named, today)), None)
            if found is not None:
                rest = " ".join([*parts[:start], *parts[start + size :]])
                return _skip_past_day(found, named, rest, after, zone), rest
    return None, words


def _skip_past_day(day: date, named: str, rest: str, after: datetime, zone: str) -> date:
    """Move a weekday to next week if the time is over: `Fri 09:00`, on a Friday afternoon."""
    clock = _parse_clock(rest)
    if clock and _parse_weekday(named) is not None and _find_first_instant(day, clock, after, zone) <= after:
        return day + 7 * DAY
    return day


def _parse_weekday(word: str) -> int | None:
    return next((number for number, day in enumerate(DAYS) if len(word) >= 3 and day.startswith(word)), None)


def _iterate_named_days(words: str, today: date) -> Iterator[date]:
    if words in {"today", "tonight"}:
        yield today
    elif words == "tomorrow":
        yield today + DAY
    elif (weekday := _parse_weekday(words)) is not None:
        yield today + DAY * ((weekday - today.weekday()) % 7)
    elif found := re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})", words):
        year, month, day = map(int, found.groups())
        yield from _iterate_date(min(year, today.year + 2), month, day)  # later is refused by the caller
    else:
        yield from _iterate_month_days(words, today)


def _iterate_month_days(words: str, today: date) -> Iterator[date]:
    """Yield the next `24 Dec` or `Dec 24`."""
    for pattern in (r"(?P<day>\d{1,2})\.? (?P<month>[a-z]{3,9})", r"(?P<month>[a-z]{3,9}) (?P<day>\d{1,2})"):
        if found := re.fullmatch(pattern, words):
            month = next((n for n, name in enumerate(MONTHS, 1) if found["month"].startswith(name)), 0)
            for year in (today.year, today.year + 1):
                yield from (day for day in _iterate_date(year, month, int(found["day"])) if day >= today)


def _iterate_date(year: int, month: int, day: int) -> Iterator[date]:
    """Yield the date, if it exists."""
    with suppress(ValueError):
        yield date(year, month, day)


def _quote_words(words: str) -> str:
    """Quote a person's words in a reply to them."""
    plain = words.replace("`", "'").replace("<", "‹").replace(">", "›").replace("&", "+")
    return plain if len(plain) <= 60 else f"{plain[:57]}…"
