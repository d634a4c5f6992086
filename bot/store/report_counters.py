"""Counters for reports over spans of time: mentions, durations, resolutions, top posts; the reconciliation."""

import math
from collections import Counter
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from itertools import chain, compress
from operator import add
from typing import TypeVar

from bot.domain.commits import DurationKind
from bot.domain.periods import DAY, HOUR, QUARTER, TimeSpan
from bot.domain.reports.report import EVERYTHING, Reconciliation, ReportQuery, Tally, TallyKey
from bot.domain.reports.rolled_days import LocalDay
from bot.domain.reports.step_timings import StepTiming
from bot.domain.themes import MAX_THEMES, ThemeKey, ThemeTally
from bot.store.client import RedisClient, parse_counts, parse_hash, parse_int
from bot.store.hour_counters import TALLIES, THEME_WORDS, THEMES, Coverage, HourCounterStore, list_whole_hours
from bot.store.hour_sums import HourSumStore, count_sums
from bot.store.keys import Keys, format_day, split_field
from bot.store.repository import RedisStore

COUNTED = ("seen", "opened", "joined", "tallied", "spam", "editing")
_QUARTERS = frozenset(map(str, range(HOUR // QUARTER)))
_Key = TypeVar("_Key", bound=Hashable)


class ReportCounterStore(HourCounterStore):
    def __init__(self, client: RedisClient, keys: Keys) -> None:
        super().__init__(client, keys)
        self._hour_sums = HourSumStore(client, keys)

    async def load_tallies(
        self, *spans: TimeSpan, rolled: Sequence[LocalDay] = (), query: ReportQuery = EVERYTHING
    ) -> list[Tally]:
        """Return one tally for each span, of what the query includes. Spans may overlap; each hour is read once.

        `rolled` are the days in them whose hours may have been added up.
        """
        sums = await self._sum_hours(TALLIES, spans, rolled, query)
        return _build_tallies(sums, len(spans), lambda said: _parse_tally_key(said, query))

    async def load_sentiments(
        self, *spans: TimeSpan, rolled: Sequence[LocalDay] = (), query: ReportQuery = EVERYTHING
    ) -> list[Tally]:
        """Do the same for who needs subject, sentiment and spam alone: other parts of a key may be empty.

        Hours that have their sums are read in a tenth of the time; they do not know departments.
        """
        hours = [] if query.department else list_whole_hours(spans, rolled)
        sums = await self._hour_sums.load(hours, query.subject)
        found = await self._sum_hours(TALLIES, spans, rolled, query, skipped=sums)
        tallies = list(map(Counter, _build_tallies(found, len(spans), lambda said: _parse_tally_key(said, query))))
        for tally, summed in zip(tallies, count_sums(sums, spans), strict=True):
            tally.update(summed)
        return list(tallies)

    async def load_themes(
        self, *spans: TimeSpan, rolled: Sequence[LocalDay] = (), query: ReportQuery = EVERYTHING
    ) -> list[ThemeTally]:
        """Do the same for the mentions with each theme: one with two themes is in both. All themes are included."""
        sums = await self._sum_hours(THEMES, spans, rolled, query)
        return _build_tallies(sums, len(spans), lambda said: _parse_theme_key(said, query))

    async def load_theme_words(
        self, span: TimeSpan, rolled: Sequence[LocalDay], themes: Collection[str]
    ) -> Counter[tuple[str, str]]:
        """Count what was done about cases with any of these themes, by department and word, as `count_resolutions`."""
        sums = await self._sum_hours(THEME_WORDS, [span], rolled, EVERYTHING)
        [counts] = _build_tallies(sums, 1, _parse_theme_word)
        found: Counter[tuple[str, str]] = Counter()
        for (theme, department, word), count in counts.items():
            if theme in themes:
                found[department, word] += count
        return found

    async def mark_theme_words_start(self, at: datetime) -> None:
        """Remember since when work on cases is counted by theme, once: earlier releases did not."""
        await self._client.execute("SET", self._keys.theme_words_start, int(at.timestamp()), "NX")

    async def load_theme_words_start(self) -> datetime | None:
        """Return since when work on cases is counted by theme; None if it is not known."""
        since = parse_int(await self._client.execute("GET", self._keys.theme_words_start))
        with suppress(ValueError, OverflowError, OSError):  # times out of range
            return None if since is None else datetime.fromtimestamp(since, UTC)
        return None

    async def find_top_cases(self, span: TimeSpan, subjects: Iterable[str], limit: int) -> list[str]:
        """Return the ids of the highest scored cases in the hours of the span, best first. Hours are not cut."""
        wanted = [(hour, subject) for subject in dict.fromkeys(subjects) for hour in span.list_hours()]
        return await self._find_best([self._keys.top_posts_key(hour, subject) for hour, subject in wanted], limit)

    async def find_theme_cases(self, span: TimeSpan, themes: Iterable[str], limit: int) -> list[str]:
        """Do the same for themes. Days in UTC are not cut."""
        wanted = [(format_day(day), theme) for theme in themes for day in span.list_days()]
        return await self._find_best([self._keys.theme_posts_key(day, theme) for day, theme in wanted], limit)

    async def _find_best(self, keys: Sequence[str], limit: int) -> list[str]:
        replies = await self._client.execute_batch([("ZRANGE", key, 0, limit - 1, "REV", "WITHSCORES") for key in keys])
        scored = [(float(score), case) for flat in replies for case, score in parse_hash(flat).items()]
        return list(dict.fromkeys(case for _, case in sorted(scored, reverse=True)))[:limit]

    async def count_resolutions(self, span: TimeSpan) -> Counter[tuple[str, str]]:
        """Count the cases closed in the span by department and resolution."""
        days = list(span.list_days())
        keys = [self._keys.resolutions_key(format_day(day)) for day in days]
        replies = await self._client.execute_each([("HGETALL", key) for key in keys])
        found: Counter[tuple[str, str]] = Counter()
        for day, flat in zip(days, replies, strict=True):
            quarters = _list_quarters(day, span)
            for field, count in parse_counts(flat).items():
                quarter, department, resolution = _split_counter(field, 3) or ("", "", "")
                if quarter in quarters:
                    found[department, resolution] += count
        return found

    async def load_durations(
        self,
        span: TimeSpan,
        departments: Sequence[str],
        kinds: Sequence[DurationKind] = tuple(DurationKind),
        themes: Collection[str] | None = None,
    ) -> dict[tuple[str, DurationKind], list[float]]:
        """Return the seconds that each claim, resolution or reply in the span took, by department and kind.

        With `themes`, only those of cases with any of them: of replies, as the others do not say it.
        """
        wanted = [(name, measure, day) for name in departments for measure in kinds for day in span.list_days()]
        keys = [self._keys.durations_key(format_day(day), name, measure) for name, measure, day in wanted]
        replies = await self._client.execute_each([("LRANGE", key, 0, -1) for key in keys])
        found: dict[tuple[str, DurationKind], list[float]] = {}
        for (name, measure, day), values in zip(wanted, replies, strict=True):
            wanted_values = values if themes is None else [one for one in values if _has_theme(one, themes)]
            found.setdefault((name, measure), []).extend(_select_seconds(wanted_values, _list_quarters(day, span)))
        return found

    async def load_recognition(self) -> dict[str, bool]:
        """Return who chose to be named in reports, or not to be."""
        choices = parse_hash(await self._client.execute("HGETALL", self._keys.recognition))
        return {person: word == "on" for person, word in choices.items()}

    async def save_recognition(self, person: str, *, is_named: bool) -> None:
        await self._client.execute("HSET", self._keys.recognition, person, "on" if is_named else "off")

    async def load_timings(
        self, span: TimeSpan, departments: Sequence[str], kinds: Sequence[DurationKind] = tuple(DurationKind)
    ) -> list[StepTiming]:
        """Return each step that ended in the span. Those of before the upgrade have no source and no person."""
        wanted = [(name, kind, day) for name in departments for kind in kinds for day in span.list_days()]
        keys = [self._keys.durations_key(format_day(day), name, kind) for name, kind, day in wanted]
        replies = await self._client.execute_each([("LRANGE", key, 0, -1) for key in keys])
        found = []
        for (name, kind, day), values in zip(wanted, replies, strict=True):
            quarters = _list_quarters(day, span)
            for value in values:
                quarter, took, source, by, *_ = *split_field(value), "", "", ""
                if quarter in quarters and (seconds := _parse_seconds(took)) is not None:
                    found.append(StepTiming(name, kind, day + int(quarter) * QUARTER, seconds, source, by))
        return found

    async def count_open(self, departments: Sequence[str], at: datetime) -> dict[str, tuple[int, int]]:
        """Return how many open cases each department has now, and how many of them are overdue."""
        keys = [self._keys.open_cases_key(name) for name in departments]
        commands = ((("ZCARD", key), ("ZCOUNT", key, "-inf", at.timestamp())) for key in keys)
        counts = await self._client.execute_batch(chain.from_iterable(commands))
        return {name: (int(counts[2 * i]), int(counts[2 * i + 1])) for i, name in enumerate(departments)}


class MentionCounters(RedisStore):
    async def read(self) -> Reconciliation:
        """Read counters and lengths atomically, so that a mention on its way is counted exactly once."""
        keys = [self._keys.mention_counters, self._keys.inbox, self._keys.dead_letters]
        flat, waiting, dead, _ = await self._client.run_script("books", keys, [])
        counted = {word: count for word, count in parse_counts(flat).items() if word in COUNTED}
        return Reconciliation(**counted, waiting=int(waiting), dead=int(dead))


def _build_tallies(
    sums: Mapping[Coverage, Mapping[str, int]], spans: int, parse_key: Callable[[str], _Key | None]
) -> list[Mapping[_Key, int]]:
    """Add up by what was said. Hot loop: each field is parsed once, and counted by a number instead of its words."""
    numbers: dict[_Key, int] = {}
    parsed: dict[str, tuple[int, int]] = {}
    for field in set(chain.from_iterable(sums.values())):
        quarter, _, words = field.partition("|")
        said = parse_key(words) if quarter in _QUARTERS else None
        if said is not None:
            parsed[field] = int(quarter), numbers.setdefault(said, len(numbers))
    totals = [[0] * len(numbers) for _ in range(spans)]
    for coverage, counts in sums.items():
        rows = {covered: [0] * len(numbers) for covered in coverage}
        by_quarter = [rows[covered] for covered in coverage]
        for field, count in counts.items():
            if place := parsed.get(field):
                by_quarter[place[0]][place[1]] += count
        for covered, row in rows.items():
            for nth in covered:
                totals[nth] = list(map(add, totals[nth], row))
    return [{said: total[number] for said, number in numbers.items() if total[number]} for total in totals]


def _parse_tally_key(said: str, query: ReportQuery) -> TallyKey | None:
    parts = _split_counter(said, len(TallyKey._fields))
    key = TallyKey(*parts) if parts else None
    return key if key is not None and query.includes_key(key) else None


def _parse_theme_key(said: str, query: ReportQuery) -> ThemeKey | None:
    most = len(ThemeKey._fields)
    parts = _split_counter(said, most) or _split_counter(said, most - 1)
    key = ThemeKey(*parts) if parts else None
    return key if key is not None and key.theme and query.includes_key(key) else None


def _parse_theme_word(said: str) -> tuple[str, str, str] | None:
    """Return theme, department and word."""
    parts = _split_counter(said, 3)
    return (parts[0], parts[1], parts[2]) if parts else None


def _has_theme(duration: str, themes: Collection[str]) -> bool:
    """Whether the case of a duration had any of these themes, which stand after quarter, seconds, source, person."""
    return any(one in themes for one in split_field(duration)[4:])


def _split_counter(field: str, count: int) -> list[str]:
    """Return the first `count` parts, or [] if there are fewer.

    Parts that a later release adds at the end split a counter further, and are added up here.
    """
    parts = split_field(field)[:count]
    return parts if len(parts) == count else []


def _list_quarters(day: datetime, span: TimeSpan) -> frozenset[str]:
    """Return the quarters of a day, as they are written, that lie in the span."""
    first, last = (span.start - day) // QUARTER, (span.end - day) // QUARTER
    return frozenset(map(str, range(max(first, 0), min(last, DAY // QUARTER))))


def _select_seconds(values: Sequence[str], quarters: frozenset[str]) -> list[float]:
    """Return the durations of some quarters of a day. Hot loop: all are parsed at once, unless one cannot be."""
    flat = "|".join(values).split("|")
    width = len(flat) // len(values) if values else 1
    with suppress(ValueError):
        seconds = list(map(float, flat[1::width]))
        if len(flat) == width * len(values) and width in {2, 4, 4 + MAX_THEMES} and math.isfinite(sum(seconds)):
            return list(compress(seconds, map(quarters.__contains__, flat[::width])))
    parts = ((*value.split("|", 2), "") for value in values)
    found = (_parse_seconds(part[1]) for part in parts if part[0] in quarters)
    return [took for took in found if took is not None]


def _parse_seconds(text: str) -> float | None:
    """Return a finite number, or None."""
    try:
        seconds = float(text)
    except ValueError:
        return None
    return seconds if math.isfinite(seconds) else None
