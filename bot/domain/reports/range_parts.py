"""The parts of a range that a chart shows: hours or days of the brand's own clock, at most as many as Slack draws."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta, tzinfo
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bot.domain.periods import DAY, HOUR, QUARTER, TimeSpan, floor_to_quarter
from bot.domain.text import format_count

MAX_PARTS = 20
SO_FAR = ", so far"
STEPS = (QUARTER, 2 * QUARTER, HOUR, 2 * HOUR, 3 * HOUR, 6 * HOUR, DAY, 7 * DAY, 28 * DAY)


class RangePart(NamedTuple):
    label: str
    """When it begins: `10:00`, `Fri 18:00` or `24 Nov`; after a comma, what of it is counted, if that is not all."""
    span: TimeSpan


def split_span(
    span: TimeSpan, zone: ZoneInfo, hours_start: datetime, at: datetime | None = None, least: timedelta = HOUR
) -> list[RangePart]:
    """Return the parts in order, each at least so long but the first and the last: they are exactly the span.

    Days begin at local midnight, hours on the clock. Before `hours_start` counters do not say in which hour it was.
    One that is not over at `at` says so, where the span is not over either.
    """
    step = find_step(span, zone, least if span.start >= hours_start else DAY)
    is_one_day = _is_one_day(span, zone)
    found = []
    for begin, whole in _iter_parts(span, zone, step):
        part = TimeSpan(max(span.start, whole.start), min(span.end, whole.end))
        first = max(begin, span.start.astimezone(zone).replace(tzinfo=None))
        is_running = at is not None and at <= span.end and at < whole.end
        rest = SO_FAR if is_running else _format_rest(part, whole, zone, step)
        found.append(RangePart(_format_label(first, step, is_one_day=is_one_day) + rest, part))
    return found


def list_whole_parts(
    span: TimeSpan, zone: ZoneInfo, hours_start: datetime, at: datetime, least: timedelta = QUARTER
) -> list[RangePart]:
    """Return the parts around a span, none of them cut: the figures of a day are those of its own report.

    One that is not over at `at` says so. Before `hours_start` counters do not say in which hour it was.
    """
    step = find_step(span, zone, least if span.start >= hours_start else DAY)
    is_one_day = _is_one_day(span, zone)
    return [
        RangePart(_format_label(begin, step, is_one_day=is_one_day) + (SO_FAR if at < whole.end else ""), whole)
        for begin, whole in _iter_parts(span, zone, step)
    ]


def find_step(span: TimeSpan, zone: tzinfo | None, least: timedelta) -> timedelta:
    """Return how long a part is on the clock, at least so long; the first and the last may be shorter."""
    start, end = (edge.astimezone(zone).replace(tzinfo=None) for edge in span)
    fitting = (one for one in STEPS if one >= least and (end - _floor_clock(start, one)) / one <= MAX_PARTS)
    return next(fitting, STEPS[-1])


def _iter_parts(span: TimeSpan, zone: ZoneInfo, step: timedelta) -> Iterator[tuple[datetime, TimeSpan]]:
    """Yield when each whole part begins on the clock, and its time."""
    begin = _floor_clock(span.start.astimezone(zone).replace(tzinfo=None), step)
    while _to_utc(begin, zone) < span.end:
        whole = TimeSpan(_to_utc(begin, zone), _to_utc(begin + step, zone))
        if max(whole.start, span.start) < min(whole.end, span.end):  # not in an hour that the clocks skip
            yield begin, whole
        begin += step


def _floor_clock(local: datetime, step: timedelta) -> datetime:
    """Return when the part began: parts of a day are counted from midnight, weeks from the first day."""
    midnight = datetime.combine(local.date(), time())
    return midnight if step >= DAY else midnight + (local - midnight) // step * step


def _to_utc(local: datetime, zone: ZoneInfo) -> datetime:
    return floor_to_quarter(local.replace(tzinfo=zone))


def _is_one_day(span: TimeSpan, zone: ZoneInfo) -> bool:
    start, end = (edge.astimezone(zone).replace(tzinfo=None) for edge in span)
    return end - start <= DAY


def _format_label(begin: datetime, step: timedelta, *, is_one_day: bool) -> str:
    if step >= DAY:
        return f"{begin.day} {begin:%b}"
    return f"{begin:%H:%M}" if is_one_day else f"{begin:%a %H:%M}"


def _format_rest(part: TimeSpan, whole: TimeSpan, zone: ZoneInfo, step: timedelta) -> str:
    """Return which part of it is counted. The label of an hour says itself from when."""
    if part.end < whole.end and step > DAY:
        first, last = (edge.astimezone(zone).replace(tzinfo=None) for edge in part)
        return f", {format_count(-(-(last - _floor_clock(first, DAY)) // DAY), 'day')}"
    if part.end < whole.end:
        return f", to {part.end.astimezone(zone):%H:%M}"
    return f", from {part.start.astimezone(zone):%H:%M}" if part.start > whole.start and step >= DAY else ""
