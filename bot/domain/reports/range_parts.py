"""The parts of a range that a chart shows: hours or days of the brand's own clock, at most as many as Slack draws."""

from datetime import datetime, timedelta, tzinfo
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bot.domain.periods import DAY, HOUR, QUARTER, TimeSpan, floor_to_quarter

MAX_PARTS = 20
STEPS = (QUARTER, 2 * QUARTER, HOUR, 2 * HOUR, 3 * HOUR, 6 * HOUR, DAY, 7 * DAY, 28 * DAY)


class RangePart(NamedTuple):
    label: str
    """When it begins: `10:00`, `Fri 18:00` or `24 Nov`."""
    span: TimeSpan


def split_span(span: TimeSpan, zone: ZoneInfo, hours_start: datetime, least: timedelta = HOUR) -> list[RangePart]:
    """Return the parts in order, each at least so long but the last; they do not overlap and leave out nothing.

    Before `hours_start` counters do not say in which hour of the day it was.
    """
    start, end = (edge.astimezone(zone).replace(tzinfo=None) for edge in span)
    step = find_step(span, zone, least if span.start >= hours_start else DAY)
    is_one_day = end - start <= DAY
    found, begin = [], start
    while begin < end:
        edges = [max(span.start, min(span.end, _to_utc(one, zone))) for one in (begin, begin + step)]
        if begin + step >= end:
            edges[1] = span.end
        if edges[0] < edges[1]:  # not in an hour that the clocks skip
            found.append(RangePart(_format_label(begin, step, is_one_day=is_one_day), TimeSpan(*edges)))
        begin += step
    return found


def find_step(span: TimeSpan, zone: tzinfo | None, least: timedelta) -> timedelta:
    """Return how long a part is on the clock, at least so long; the last may be shorter."""
    start, end = (edge.astimezone(zone).replace(tzinfo=None) for edge in span)
    return next((one for one in STEPS if one >= least and (end - start) / one <= MAX_PARTS), STEPS[-1])


def _to_utc(local: datetime, zone: ZoneInfo) -> datetime:
    return floor_to_quarter(local.replace(tzinfo=zone))


def _format_label(begin: datetime, step: timedelta, *, is_one_day: bool) -> str:
    if step >= DAY:
        return f"{begin.day} {begin:%b}"
    return f"{begin:%H:%M}" if is_one_day else f"{begin:%a %H:%M}"
