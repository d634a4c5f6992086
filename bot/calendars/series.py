"""One event with all its repetitions, worked out in bounded time, or what is wrong with it."""

import signal
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from math import prod
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from bot.domain.oncall.local_time import resolve_local_time
from bot.domain.periods import TimeSpan

MAX_SECONDS = 1.0
"""Of the processor's time, for what `MAX_INSTANCES` does not bound: ten times what a series that it admits takes."""
MAX_INSTANCES = 50_000
"""From the start of a series to the end of the span, at most: once a day for 136 years. The same on every machine."""
MAX_DAILY_STEPS = 15_000
"""How many days a daily rule is tried on: 41 years, among which is a year of each length and first weekday."""
TIMES_A_DAY = 24
ALLOWED_FREQUENCIES = frozenset({"DAILY", "WEEKLY", "MONTHLY", "YEARLY"})
DAY = timedelta(days=1)
_DAY_PARTS = ("BYDAY", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO")
_TOO_LONG = "repeats so often, or by so odd a rule, that it takes too long to evaluate"
_LIBRARY_ERRORS = (ValueError, TypeError, KeyError, AttributeError, IndexError, OverflowError, RecursionError)
"""What the libraries raise on events that are not what they say."""


class UnreadableError(Exception):
    """Why one event is passed over, as the end of a sentence that begins with the event."""


class Occurrence(NamedTuple):
    """In UTC. `event` is the library's, with what this instance says of itself."""

    start: datetime
    end: datetime
    event: Any


class _TimeLimitError(BaseException):
    """The libraries catch every `Exception`."""


def parse_series(text: str, number: int) -> Any:
    """Parse a small calendar that has this many events. Raise `UnreadableError`."""
    import icalendar  # noqa: PLC0415  (some 50 ms of every start, for who has a calendar)

    with _guard_library():
        calendar = icalendar.Calendar.from_ical(text)
        events = list[Any](calendar.walk("VEVENT"))
        if len(events) != number:
            raise UnreadableError("is not written as an event")
        for event in events:
            _check_times(event)
            if event.get("EXRULE") is not None:
                raise UnreadableError("leaves days out by a rule, which is not supported")
            for rule in _ensure_list(event.get("RRULE")):
                _check_rule(rule)
                _fix_until(rule, event["DTSTART"].dt)
                _check_matches_any(rule, event["DTSTART"].dt)
        _fix_overrides(events)
    return calendar


def expand_series(calendar: Any, zone: str, span: TimeSpan) -> list[Occurrence]:
    """Return the instances that have a part in this span, but for the cancelled. Raise `UnreadableError`.

    A time without a zone is meant in this zone; a day without a time begins there at midnight.
    """
    import recurring_ical_events  # noqa: PLC0415  (as above)

    with _guard_library():
        for event in calendar.walk("VEVENT"):
            for rule in _ensure_list(event.get("RRULE")):
                _check_instances(rule, event["DTSTART"].dt, span.end.year)
        found = recurring_ical_events.of(calendar).between(span.start - DAY, span.end + DAY)
        every = [Occurrence(_convert_to_utc(one.start, zone), _convert_to_utc(one.end, zone), one) for one in found]
    held = [one for one in every if one.start < span.end and one.end > span.start and one.start < one.end]
    return [one for one in held if str(one.event.get("STATUS", "")).upper() != "CANCELLED"]


@contextmanager
def _guard_library() -> Iterator[None]:
    """Turn what the libraries raise, and what takes them too long, into `UnreadableError`."""
    try:
        with _limit_time(), warnings.catch_warnings(action="ignore"):
            yield
    except _TimeLimitError:
        raise UnreadableError(_TOO_LONG) from None
    except _LIBRARY_ERRORS as unsound:
        raise UnreadableError("has a time or a repetition that cannot be understood") from unsound


@contextmanager
def _limit_time() -> Iterator[None]:
    """Only a main thread can be interrupted; elsewhere the limit of the whole child is all there is."""
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        yield
        return
    before = signal.signal(signal.SIGVTALRM, _raise_time_limit)
    signal.setitimer(signal.ITIMER_VIRTUAL, MAX_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def _raise_time_limit(_signal: int, _frame: Any) -> None:
    raise _TimeLimitError


def _check_times(event: Any) -> None:
    """Also mends what is meant plainly: one day whose end is not the day after, as some write it."""
    start = event.get("DTSTART")
    if start is None:
        raise UnreadableError("has no start")
    for name in ("DTSTART", "DTEND", "RECURRENCE-ID"):
        _check_zone(event.get(name))
    end = event.get("DTEND")
    if isinstance(start.dt, datetime) and end is None and event.get("DURATION") is None:
        raise UnreadableError("has no end")
    length = event.get("DURATION")
    if length is not None and length.dt <= timedelta():
        raise UnreadableError("ends before it begins")
    if end is not None and not isinstance(start.dt, datetime) and end.dt <= start.dt:
        del event["DTEND"]  # without an end it is one day
    elif end is not None and end.dt <= start.dt:
        raise UnreadableError("ends before it begins")


def _fix_until(rule: Any, start: date) -> None:
    """The library takes a day for its midnight, and a time without a zone for UTC: both are of the series."""
    if not isinstance(start, datetime):
        return
    for number, until in enumerate(rule.get("UNTIL", [])):
        last = until if isinstance(until, datetime) else datetime.combine(until, time(23, 59, 59))
        if last.tzinfo is None:
            own = last.replace(tzinfo=start.tzinfo)
            rule["UNTIL"][number] = own.astimezone(UTC) if start.tzinfo else own


def _check_matches_any(rule: Any, start: date) -> None:
    """The library gives the start of a series even where its rule has no day at all."""
    from dateutil.rrule import rrulestr  # noqa: PLC0415  (with the library)

    endless = type(rule)({part: said for part, said in rule.items() if part not in {"UNTIL", "COUNT"}})
    begin = _move_to_last_years(rule, datetime.combine(start, start.time() if isinstance(start, datetime) else time()))
    if next(iter(rrulestr(endless.to_ical().decode(), dtstart=begin)), None) is None:
        raise UnreadableError("repeats by a rule that no day matches")


def _move_to_last_years(rule: Any, begin: datetime) -> datetime:
    """Return a start from which the rule matches as from this one; the library looks until the year 9999.

    After 400 years the calendar is the same again; a daily rule may begin at any of its steps. A rule whose days are
    centuries apart may have none there.
    """
    if _is_daily(rule):
        step = timedelta(days=int(rule.get("INTERVAL", [1])[0]))
        return begin + step * max(0, (date.max - begin.date()) // step - MAX_DAILY_STEPS)
    return begin.replace(year=begin.year + max(0, 9599 - begin.year) // 400 * 400)


def _check_instances(rule: Any, start: date, year: int) -> None:
    """Raise `UnreadableError` if there may be too many instances from the start until the end of this year."""
    days = 53 * max(1, sum(len(rule.get(part, [])) for part in _DAY_PARTS))
    a_year = 366 if _is_daily(rule) else min(366, days)
    years = min([year, *(until.year for until in rule.get("UNTIL", []))]) - start.year + 1
    if min([years * a_year * _count_times(rule), *rule.get("COUNT", [])]) > MAX_INSTANCES:
        raise UnreadableError(_TOO_LONG)


def _is_daily(rule: Any) -> bool:
    return str(rule["FREQ"][0]).upper() == "DAILY"


def _count_times(rule: Any) -> int:
    """Return how many instances a day may have."""
    return prod(max(1, len(rule.get(part, []))) for part in ("BYHOUR", "BYMINUTE", "BYSECOND"))


def _fix_overrides(events: list[Any]) -> None:
    """Some say only on which day the instance was that they replace: it was at the time of the series."""
    starts = [event["DTSTART"].dt for event in events if "RECURRENCE-ID" not in event]
    if not starts or not isinstance(starts[0], datetime):
        return
    for event in events:
        replaced = event.get("RECURRENCE-ID")
        if replaced is not None and not isinstance(replaced.dt, datetime):
            replaced.dt = datetime.combine(replaced.dt, starts[0].timetz())


def _check_zone(at: Any) -> None:
    """The library takes a time of an unknown zone for one without a zone, which may be hours away from it."""
    if at is not None and "TZID" in at.params and isinstance(at.dt, datetime) and at.dt.tzinfo is None:
        raise UnreadableError("names a time zone that is not known")


def _check_rule(rule: Any) -> None:
    if not rule.get("FREQ"):
        raise UnreadableError("has a repetition that cannot be understood")
    often = {str(word).upper() for word in rule["FREQ"]} - ALLOWED_FREQUENCIES
    if often or _count_times(rule) > TIMES_A_DAY:
        raise UnreadableError("repeats every hour or more often, which no shift does")
    if any(step < 1 for step in rule.get("INTERVAL", [])):
        raise UnreadableError("repeats with an interval of zero")


def _convert_to_utc(at: date, zone: str) -> datetime:
    if not isinstance(at, datetime):
        return resolve_local_time(at, time(), zone)
    return at.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC) if at.tzinfo is None else at.astimezone(UTC)


def _ensure_list(found: Any) -> list[Any]:
    return found if isinstance(found, list) else [found] if found is not None else []
