"""Shifts of a schedule: its layers, calendar and overrides flattened into one timeline."""

import heapq
import itertools
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from bot.domain.oncall.local_time import get_local_date, resolve_local_time
from bot.domain.oncall.schedule import Override, ScheduleLayer, ScheduleRoster, Shift
from bot.domain.periods import TimeSpan

DAY = timedelta(days=1)
SEARCH_HORIZONS = (timedelta(days=2), timedelta(days=16), timedelta(days=120), timedelta(days=400))
"""Tried in order to find the next change: most hand over within two days."""


class _LayeredShift(NamedTuple):
    """A shift in one layer; the highest rank wins."""

    rank: tuple[int, datetime]
    shift: Shift


def list_shifts(roster: ScheduleRoster, span: TimeSpan) -> tuple[Shift, ...]:
    """Return the whole shifts that overlap this span, in order; their start and end do not depend on it."""
    seen = _flatten_layers([*_iterate_layers(roster, _widen_span(roster, span))])
    return tuple(shift for shift in seen if shift.start < span.end and shift.end > span.start)


def _widen_span(roster: ScheduleRoster, span: TimeSpan) -> TimeSpan:
    """Widen the span by the longest turn and by overrides and bookings that overlap it."""
    reach = max((timedelta(days=layer.days) for layer in roster.schedule.layers), default=DAY) + DAY
    said: list[Shift | Override] = [*roster.booked, *roster.overrides]
    held = [(one.start, one.end) for one in said if one.start < span.end and one.end > span.start]
    return TimeSpan(
        min([span.start - reach, *(start for start, _ in held)]),
        max([span.end + reach, *(end for _, end in held)]),
    )


def find_shift(roster: ScheduleRoster, at: datetime) -> Shift | None:
    return next(iter(list_shifts(roster, TimeSpan(at, at + timedelta(microseconds=1)))), None)


def merge_consecutive_shifts(found: Iterable[Shift]) -> tuple[Shift, ...]:
    """Merge consecutive shifts of one person."""
    joined: list[Shift] = []
    for shift in found:
        last = joined[-1] if joined else None
        if last and last.person == shift.person and last.end == shift.start:
            joined[-1] = last._replace(end=shift.end)
        else:
            joined.append(shift)
    return tuple(joined)


def find_next_change(roster: ScheduleRoster, at: datetime) -> datetime | None:
    """Return when the person on call changes, a gap starts or ends; None if not within 400 days."""
    for ahead in SEARCH_HORIZONS:
        span = TimeSpan(at, at + ahead)
        found = merge_consecutive_shifts(list_shifts(roster, span))
        now = next((stint for stint in found if stint.contains_time(at)), None)
        change = now.end if now else next((stint.start for stint in found if stint.start > at), None)
        if change is not None and change < span.end:
            return change
    return None


def find_schedule_gaps(roster: ScheduleRoster, span: TimeSpan) -> tuple[TimeSpan, ...]:
    """Return the parts of this span without anybody on call."""
    return subtract_intervals(span, ((shift.start, shift.end) for shift in list_shifts(roster, span)))


def subtract_intervals(span: TimeSpan, taken: Iterable[tuple[datetime, datetime]]) -> tuple[TimeSpan, ...]:
    """Return the span without these intervals, which are in order."""
    left, at = [], span.start
    for start, end in taken:
        if start > at:
            left.append(TimeSpan(at, min(start, span.end)))
        at = max(at, end)
    if at < span.end:
        left.append(TimeSpan(at, span.end))
    return tuple(gap for gap in left if gap.start < gap.end)


def _iterate_layers(roster: ScheduleRoster, span: TimeSpan) -> Iterator[_LayeredShift]:
    for shift in roster.booked:
        if shift.start < span.end and shift.end > span.start:
            yield _LayeredShift((0, shift.start), shift)
    for number, layer in enumerate(roster.schedule.layers, 1):
        for shift in _iterate_turns(layer, number, span):
            yield _LayeredShift((number, span.start), shift)
    above = len(roster.schedule.layers) + 1
    for number, change in enumerate(roster.overrides, above):
        if change.start < span.end and change.end > span.start:
            yield _LayeredShift((number, span.start), _convert_override(change))


def _convert_override(change: Override) -> Shift:
    return Shift(change.person, change.start, change.end, change.id)


def _iterate_turns(layer: ScheduleLayer, number: int, span: TimeSpan) -> Iterator[Shift]:
    """Yield the layer's turns that overlap this span, clipped to its windows."""
    turn = max(0, (get_local_date(span.start, layer.zone) - layer.start).days // layer.days - 1)
    while (start := _get_turn_start(layer, turn)) < span.end:
        end = _get_turn_start(layer, turn + 1)
        if start < end and end > span.start:
            whole = Shift(layer.people[turn % len(layer.people)], start, end, f"{number}:{turn}")
            yield from _clip_to_windows(whole, layer) if layer.windows else (whole,)
        turn += 1


def _get_turn_start(layer: ScheduleLayer, turn: int) -> datetime:
    return resolve_local_time(layer.start + timedelta(days=turn * layer.days), layer.hand_over, layer.zone)


def _clip_to_windows(turn: Shift, layer: ScheduleLayer) -> Iterator[Shift]:
    day = get_local_date(turn.start, layer.zone) - DAY
    while day <= get_local_date(turn.end, layer.zone):
        for window in layer.windows:
            if day.weekday() in window.days:
                closes = day if window.end > window.start else day + DAY
                start = max(turn.start, resolve_local_time(day, window.start, layer.zone))
                end = min(turn.end, resolve_local_time(closes, window.end, layer.zone))
                if start < end:
                    yield turn._replace(start=start, end=end)
        day += DAY


def _flatten_layers(layered: Sequence[_LayeredShift]) -> list[Shift]:
    """Keep the highest layer at each time; consecutive parts of one source are one shift."""
    waiting = sorted(layered, key=lambda entry: entry.shift.start)
    edges = sorted({edge for entry in layered for edge in (entry.shift.start, entry.shift.end)})
    seen: list[Shift] = []
    active: list[tuple[int, float, int, Shift]] = []
    used = 0
    for start, end in itertools.pairwise(edges):
        while used < len(waiting) and waiting[used].shift.start <= start:
            (rank, since), shift = waiting[used]
            heapq.heappush(active, (-rank, -since.timestamp(), used, shift))
            used += 1
        while active and active[0][3].end <= start:
            heapq.heappop(active)
        if active:
            _append_shift(seen, active[0][3], start, end)
    return seen


def _append_shift(seen: list[Shift], shift: Shift, start: datetime, end: datetime) -> None:
    last = seen[-1] if seen else None
    if last and last.end == start and (last.person, last.source) == (shift.person, shift.source):
        seen[-1] = last._replace(end=end)
    else:
        seen.append(shift._replace(start=start, end=end))
