"""Counters kept by the hour: add them up over spans, and add old hours to the days that they are in."""

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import chain, islice, repeat
from operator import add
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from bot.domain.periods import HOUR, QUARTER, TimeSpan
from bot.domain.reports.report import ReportQuery
from bot.domain.reports.rolled_days import LocalDay, compute_hours_start, find_local_day
from bot.store.client import EVERY_FIELD, escape_pattern, parse_int
from bot.store.keys import TALLIES_KEPT, Keys, join_field
from bot.store.repository import RedisStore

HOURS_AT_ONCE = 48
"""Hours in one round trip: today and yesterday at once, while a week lets other commands in between."""
DAYS_AT_ONCE = 8
CHECKED_AT_ONCE = 500
"""In one round trip: 3 ms of the process, in which a click would wait."""
Coverage = tuple[tuple[int, ...], ...]
"""For each quarter of an hour, the indexes of the spans that contain it. Hours with the same value are added up."""


class CounterKind(NamedTuple):
    """How the hash of an hour and that of a day are called. Fields of hours begin with the quarter of the hour."""

    name_hour: Callable[[Keys, datetime], str]
    name_day: Callable[[Keys, str], str]
    first: str = ""
    """The pattern of what stands before subject and department."""
    name_sums: Callable[[Keys, datetime], str] | None = None
    """How the sums of an hour are called, which go with it."""

    def build_patterns(self, query: ReportQuery) -> tuple[str, str]:
        """Return the patterns for an hour and for a day that at least the fields fit that the query includes."""
        if query.is_whole_brand:
            return EVERY_FIELD, EVERY_FIELD
        subject, department = (escape_pattern(join_field(one)) for one in (query.subject, query.department))
        of_day = f"{self.first}{subject or '*'}|{department + '|' if department else ''}*"
        return f"?|{of_day}", of_day


TALLIES = CounterKind(Keys.tally_key, Keys.rolled_tally_key, name_sums=Keys.hour_sums_key)
THEMES = CounterKind(Keys.themes_key, Keys.rolled_themes_key, "*|")
THEME_WORDS = CounterKind(Keys.theme_words_key, Keys.rolled_theme_words_key)
KINDS = (TALLIES, THEMES, THEME_WORDS)


class HourCounterStore(RedisStore):
    async def _sum_hours(
        self,
        kind: CounterKind,
        spans: Sequence[TimeSpan],
        rolled: Sequence[LocalDay],
        query: ReportQuery,
        skipped: Container[datetime] = (),
    ) -> Mapping[Coverage, Mapping[str, int]]:
        """Return the sum of each counter by coverage, at least of those that the query includes.

        What is in a rolled day is read at one instant. Hours that are `skipped` are in none.
        """
        sums: dict[Coverage, dict[str, int]] = {}
        apart = _merge_days(rolled)
        every = sorted({hour for span in spans for hour in span.list_hours() if hour not in skipped})
        covered = [(hour, _compute_coverage(hour, spans, apart)) for hour in every]
        hours = [(hour, coverage) for hour, coverage in covered if any(coverage)]
        for start in range(0, len(hours), HOURS_AT_ONCE):
            some = hours[start : start + HOURS_AT_ONCE]
            replies = await self._read_hours(kind, [hour for hour, _ in some], query)
            for (_, coverage), flat in zip(some, replies, strict=True):
                _add_counts(flat, sums.setdefault(coverage, {}))
        for start in range(0, len(rolled), DAYS_AT_ONCE):
            days = rolled[start : start + DAYS_AT_ONCE]
            for day, flats in zip(days, await self._read_days(kind, days, query), strict=True):
                parts = [TimeSpan(max(one.start, day.span.start), min(one.end, day.span.end)) for one in spans]
                whole = tuple(nth for nth, part in enumerate(parts) if part == day.span)
                _add_counts(_put_in_quarter(flats[0]), sums.setdefault((whole,), {}))
                for hour, flat in zip(day.span.list_hours(), flats[1:], strict=True):
                    if flat:
                        _add_counts(flat, sums.setdefault(_compute_coverage(hour, parts), {}))
        return sums

    async def _read_hours(self, kind: CounterKind, hours: Sequence[datetime], query: ReportQuery) -> list[Any]:
        names, (pattern, _) = [kind.name_hour(self._keys, hour) for hour in hours], kind.build_patterns(query)
        if pattern == EVERY_FIELD:  # which the script would do in twice the time
            return await self._client.execute_each([("HGETALL", name) for name in names])
        return [flat for [flat] in await self._client.read_hashes([(name, pattern)] for name in names)]

    async def _read_days(self, kind: CounterKind, days: Sequence[LocalDay], query: ReportQuery) -> list[list[Any]]:
        """Return for each day its hash, and what is left of its hours."""
        of_hour, of_day = kind.build_patterns(query)
        groups = []
        for day in days:
            hours = [(kind.name_hour(self._keys, hour), of_hour) for hour in day.span.list_hours()]
            groups.append([(kind.name_day(self._keys, day.name), of_day), *hours])
        return await self._client.read_hashes(groups)

    async def list_old_hours(self, at: datetime, zone: ZoneInfo) -> list[tuple[CounterKind, datetime]]:
        """Return the hours that wait to be added to their days. Late counts make an old hour wait again."""
        span = TimeSpan(at - TALLIES_KEPT, compute_hours_start(at, zone))
        hours = ((kind, hour) for kind in KINDS for hour in span.list_hours() if hour + HOUR <= span.end)
        found = []
        while some := list(islice(hours, CHECKED_AT_ONCE)):
            [sizes] = await self._client.read_groups(
                "HLEN", [[kind.name_hour(self._keys, hour) for kind, hour in some]]
            )
            found += [one for one, size in zip(some, sizes, strict=True) if parse_int(size)]
        return found

    async def add_hours(self, hours: Sequence[tuple[CounterKind, datetime]], at: datetime, zone: ZoneInfo) -> int:
        """Add each hour to the days of its quarters, atomically; return how many were still there."""
        calls = []
        for kind, hour in hours:
            days = [find_local_day(hour + nth * QUARTER, zone) for nth in range(HOUR // QUARTER)]
            keys = [kind.name_hour(self._keys, hour), *(kind.name_day(self._keys, day.name) for day in days)]
            if kind.name_sums:
                keys.append(kind.name_sums(self._keys, hour))
            kept = [int((day.span.end + TALLIES_KEPT - at).total_seconds()) for day in days]
            calls.append((keys, kept))
        return sum(await self._client.run_scripts("roll_hour", calls))


def list_whole_hours(spans: Iterable[TimeSpan], rolled: Sequence[LocalDay]) -> list[datetime]:
    """Return the hours that overlap a span, in order, without those of which a part is in a rolled day."""
    apart = _merge_days(rolled)
    hours = {hour for span in spans for hour in span.list_hours()}
    return sorted(hour for hour in hours if not any(one.start < hour + HOUR and hour < one.end for one in apart))


def _merge_days(days: Sequence[LocalDay]) -> list[TimeSpan]:
    """Return the spans of days in order, those that follow one another as one."""
    found: list[TimeSpan] = []
    for _, span in days:
        follows = found and found[-1].end == span.start
        found.append(TimeSpan(found.pop().start, span.end) if follows else span)
    return found


def _compute_coverage(hour: datetime, spans: Sequence[TimeSpan], apart: Sequence[TimeSpan] = ()) -> Coverage:
    """Return it without the quarters that are read apart."""
    quarters = [hour + number * QUARTER for number in range(HOUR // QUARTER)]
    near = [(nth, span) for nth, span in enumerate(spans) if span.start < hour + HOUR and hour < span.end]
    return tuple(
        () if any(at in one for one in apart) else tuple(nth for nth, span in near if at in span) for at in quarters
    )


def _put_in_quarter(flat: Sequence[str]) -> list[str]:
    """Return the counters of a day as if they were of its first quarter."""
    return list(chain.from_iterable((f"0|{field}", count) for field, count in zip(flat[::2], flat[1::2], strict=True)))


def _add_counts(flat: Sequence[Any], to: dict[str, int]) -> None:
    """Add the counters of one hour. Hot loop over every field of every hour: fields are parsed after adding up."""
    try:
        counts = list(map(int, flat[1::2]))
    except ValueError:
        counts = []
    if not counts or max(counts) >> 63:  # somebody wrote over one of them
        counts = [parse_int(count) or 0 for count in flat[1::2]]
    fields = flat[::2]
    to.update(zip(fields, map(add, map(to.get, fields, repeat(0)), counts), strict=True))
