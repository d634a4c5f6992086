"""What people mean by `until 8`, `tomorrow 08:00` or `2h`: read kindly, not guessed where it could be two things."""

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bot.domain.decision import Refused
from bot.domain.hours import DAYS
from bot.domain.schedules.wall import day_of, instant
from bot.domain.spans import Span

DAY = timedelta(days=1)
HALF = timedelta(hours=12)
EXAMPLES = "`until 08:00`, `until tomorrow 08:00`, `until Fri 17:30` or `for 2h`"
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

_LENGTH = re.compile(r"(\d{1,4})\s*(d|days?|h|hrs?|hours?|m|min|mins|minutes?)(?![a-z])")
_CLOCK = re.compile(r"^(?:at )?(\d{1,2})(?:[:.](\d{2}))?\s*(am|pm|h|o'?clock)?$")
_PERSON = re.compile(r"<@([UW][A-Z0-9]{2,30})(?:\|[^>]*)?>")
_KEYWORD = re.compile(r"\b(from|until|till|til|to|for|on|at|by|with)\b", re.IGNORECASE)
_FILLING = re.compile(r"\b(please|my|the|shift|now|it)\b", re.IGNORECASE)


class Wish(NamedTuple):
    """What was typed after the subcommand. `rest` is a name, or a time that came without a word before it."""

    people: tuple[str, ...] = ()
    me: bool = False
    start: str = ""
    until: str = ""
    lasting: str = ""
    rest: str = ""


def read(words: str) -> Wish:
    """As Slack sends it, with people as `<@U…>`."""
    people = tuple(_PERSON.findall(words))
    plain = _FILLING.sub(" ", _PERSON.sub(" ", words))
    me = re.search(r"\bme\b", plain, re.IGNORECASE) is not None
    first, *more = _KEYWORD.split(re.sub(r"\bme\b", " ", plain, flags=re.IGNORECASE))
    said = {"rest": [first]}
    for keyword, what in zip(more[::2], more[1::2], strict=True):
        said.setdefault(_part(keyword.lower()), []).append(what)
    joined = {part: " ".join(" ".join(words).split()) for part, words in said.items()}
    return Wish(people=people, me=me, **joined)


def _part(keyword: str) -> str:
    if keyword == "from":
        return "start"
    if keyword == "for":
        return "lasting"
    return "until" if keyword in {"until", "till", "til", "to"} else "rest"


def moment(words: str, after: datetime, zone: str) -> datetime:
    """The first instant after another that these words can mean. Raises Refused with an example."""
    said = " ".join(words.lower().replace(",", " ").split())
    if (lasts := length_of(said)) is not None:
        return after + lasts
    day, rest = _day(said, after, zone)
    clock = _clock(rest)
    if clock is None and day is not None and not rest:
        raise Refused(f"At what time on {words}? Write it like `until {words} 08:00`.")
    if clock is None:
        raise Refused(f"Earshot does not understand the time in “{_shown(words)}”. Write it like {EXAMPLES}.")
    found = _first(day, clock, after, zone)
    if found <= after:
        raise Refused(f"“{_shown(words)}” is over already. Write it like {EXAMPLES}.")
    if day is None and clock.vague:
        _surely(clock.at, found, after, zone)
    return found


def whole_day(words: str, after: datetime, zone: str) -> Span | None:
    """The day that is named, if a day is named and nothing else."""
    said = " ".join(words.lower().replace(",", " ").split())
    day, rest = _day(said, after, zone)
    if day is None or rest:
        return None
    return Span(instant(day, time(), zone), instant(day + DAY, time(), zone))


def length_of(words: str) -> timedelta | None:
    """`2h`, `1h30m`, `90 min`, `3 days`; None for what is no length of time."""
    parts = _LENGTH.findall(words)
    if not parts or _LENGTH.sub("", words).replace("and", "").strip():
        return None
    units = {"d": "days", "h": "hours", "m": "minutes"}
    found = sum((timedelta(**{units[unit[0]]: int(number)}) for number, unit in parts), timedelta())
    return found or None


class _Clock(NamedTuple):
    at: time
    vague: bool
    """Morning or evening: `8`."""
    ends_day: bool = False
    """24:00."""


def _clock(words: str) -> _Clock | None:
    if words in {"noon", "midday"}:
        return _Clock(time(12), vague=False)
    if words in {"midnight", "24:00", "24"}:
        return _Clock(time(), vague=False, ends_day=True)
    found = _CLOCK.match(words)
    if not found:
        return None
    hour, minute, half = int(found[1]), int(found[2] or 0), found[3] or ""
    if half in {"am", "pm"}:
        hour = hour % 12 + (12 if half == "pm" else 0) if 1 <= hour <= 12 else 99
    if hour > 23 or minute > 59:
        return None
    vague = found[2] is None and half not in {"am", "pm", "h"} and 1 <= hour <= 12
    return _Clock(time(hour, minute), vague)


def _first(day: date | None, clock: _Clock, after: datetime, zone: str) -> datetime:
    today = day_of(after, zone)
    days = [day] if day is not None else [today - DAY, today, today + DAY]
    found = [instant(one + DAY if clock.ends_day else one, clock.at, zone) for one in days]
    return next((one for one in found if one > after), found[-1])


def _surely(clock: time, found: datetime, after: datetime, zone: str) -> None:
    """`8` in the evening, said in the afternoon, is not tomorrow morning; but it may be."""
    later = time((clock.hour + 12) % 24)
    other = _first(None, _Clock(later, vague=False), after, zone)
    if other < found:
        there = ZoneInfo(zone)
        raise Refused(
            f"“{clock.hour}” could be {other.astimezone(there):%a %H:%M} or {found.astimezone(there):%a %H:%M}. "
            f"Write `until {later:%H:%M}` or `until {clock:%H:%M}`."
        )


def _day(words: str, after: datetime, zone: str) -> tuple[date | None, str]:
    """The day that is named, and what is left of the words."""
    today = day_of(after, zone)
    parts = words.split()
    for size in (2, 1):
        for start in range(len(parts) - size + 1):
            named = " ".join(parts[start : start + size])
            found = next(iter(_days(named, today)), None)
            if found is not None:
                rest = " ".join([*parts[:start], *parts[start + size :]])
                return _not_over(found, named, rest, after, zone), rest
    return None, words


def _not_over(day: date, named: str, rest: str, after: datetime, zone: str) -> date:
    """`Fri 09:00`, said on a Friday afternoon, is next week's."""
    clock = _clock(rest)
    if clock and _weekday(named) is not None and _first(day, clock, after, zone) <= after:
        return day + 7 * DAY
    return day


def _weekday(word: str) -> int | None:
    return next((number for number, day in enumerate(DAYS) if len(word) >= 3 and day.startswith(word)), None)


def _days(words: str, today: date) -> Iterator[date]:
    if words in {"today", "tonight"}:
        yield today
    elif words == "tomorrow":
        yield today + DAY
    elif (weekday := _weekday(words)) is not None:
        yield today + DAY * ((weekday - today.weekday()) % 7)
    elif found := re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})", words):
        year, month, day = map(int, found.groups())
        yield from _date(min(year, today.year + 2), month, day)  # later is refused by whoever hears it, and fits
    else:
        yield from _in_words(words, today)


def _in_words(words: str, today: date) -> Iterator[date]:
    """`24 Dec` or `Dec 24`: the next one."""
    for pattern in (r"(?P<day>\d{1,2})\.? (?P<month>[a-z]{3,9})", r"(?P<month>[a-z]{3,9}) (?P<day>\d{1,2})"):
        if found := re.fullmatch(pattern, words):
            month = next((n for n, name in enumerate(MONTHS, 1) if found["month"].startswith(name)), 0)
            for year in (today.year, today.year + 1):
                yield from (day for day in _date(year, month, int(found["day"])) if day >= today)


def _date(year: int, month: int, day: int) -> Iterator[date]:
    """Nothing where there is no such day."""
    with suppress(ValueError):
        yield date(year, month, day)


def _shown(words: str) -> str:
    """A person's own words, said back to that person alone."""
    plain = words.replace("`", "'").replace("<", "‹").replace(">", "›").replace("&", "+")
    return plain if len(plain) <= 60 else f"{plain[:57]}…"
