"""Sums of the hours that are over, so that weeks of them are read at once: by subject, sentiment and quarter.

They are made from the counters of an hour, and removed by whatever is counted in it later, in the same transaction.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import accumulate, chain
from zoneinfo import ZoneInfo

from bot.domain.assessment import Intent
from bot.domain.periods import DAY, HOUR, QUARTER, TimeSpan
from bot.domain.reports.report import TallyKey
from bot.domain.reports.rolled_days import HOURS_KEPT, compute_hours_start
from bot.store.client import parse_hash, parse_int
from bot.store.keys import join_field, split_field
from bot.store.repository import RedisStore

READ_AT_ONCE = 400
WORDS = ("negative", "neutral", "positive", "unsure", Intent.SPAM.value)
"""What the sums tell apart: sentiments, and spam whatever its sentiment. They are stored in this order."""
QUARTERS = HOUR // QUARTER
_MADE = "|"
"""The field that says that an hour has its sums; no subject is written so."""
_KEPT_SECONDS = int((HOURS_KEPT + 2 * DAY).total_seconds())
_NOTHING = (0,) * (len(WORDS) * QUARTERS)
HourSums = Mapping[str, Sequence[int]]
"""By subject, for each of `WORDS` the counts of the four quarters."""


class HourSumStore(RedisStore):
    async def load(self, hours: Sequence[datetime], subject: str) -> dict[datetime, HourSums]:
        """Return the sums of one subject, or of all without one, for each hour that has its sums."""
        found: dict[datetime, HourSums] = {}
        for start in range(0, len(hours), READ_AT_ONCE):
            some = hours[start : start + READ_AT_ONCE]
            for hour, fields in zip(some, await self._read_fields(some, subject), strict=True):
                sums = {split_field(name)[0]: _parse_sums(text) for name, text in fields.items() if name != _MADE}
                readable = {name: counts for name, counts in sums.items() if counts is not None}
                if _MADE in fields and len(readable) == len(sums):
                    found[hour] = readable
        return found

    async def _read_fields(self, hours: Sequence[datetime], subject: str) -> list[dict[str, str]]:
        keys = [self._keys.hour_sums_key(hour) for hour in hours]
        if not subject:
            [flats] = await self._client.read_groups("HGETALL", [keys])
            return list(map(parse_hash, flats))
        field = join_field(subject)
        made, texts = await self._client.read_fields(keys, _MADE, field)
        told = ({field: text} if text is not None else {} for text in texts)
        return [{_MADE: is_made, **one} if is_made else {} for is_made, one in zip(made, told, strict=True)]

    async def list_hours_without(self, at: datetime, zone: ZoneInfo) -> list[datetime]:
        """Return the hours of the last month that are over and have counters, but no sums; the newest first."""
        span = TimeSpan(compute_hours_start(at, zone), at)
        hours = [hour for hour in span.list_hours() if hour + HOUR <= at]
        names = ([name(hour) for hour in hours] for name in (self._keys.tally_key, self._keys.hour_sums_key))
        counted, made = await self._client.read_groups("EXISTS", names)
        states = zip(hours, map(parse_int, counted), map(parse_int, made), strict=True)
        return [hour for hour, has_counters, has_sums in states if has_counters and not has_sums][::-1]

    async def make(self, hours: Sequence[datetime]) -> None:
        """Add up the counters of each hour, atomically."""
        args = (_KEPT_SECONDS, _MADE, *WORDS)
        keys = [(self._keys.tally_key(hour), self._keys.hour_sums_key(hour)) for hour in hours]
        await self._client.run_scripts("sum_hour", [(pair, args) for pair in keys])


def count_sums(sums: Mapping[datetime, HourSums], spans: Sequence[TimeSpan]) -> list[Counter[TallyKey]]:
    """Return for each span what the sums say of it: the difference of two running totals of all quarters."""
    hours = sorted(sums)
    edges = [(_find_quarter(hours, span.start), _find_quarter(hours, span.end)) for span in spans]
    found = [Counter[TallyKey]() for _ in spans]
    for subject in {name for one in sums.values() for name in one}:
        counts = [sums[hour].get(subject, _NOTHING) for hour in hours]
        for nth, word in enumerate(WORDS):
            places = slice(nth * QUARTERS, (nth + 1) * QUARTERS)
            totals = list(accumulate(chain.from_iterable(one[places] for one in counts), initial=0))
            is_spam = word == Intent.SPAM
            key = TallyKey(subject, "", "" if is_spam else word, word if is_spam else "")
            for tally, (first, last) in zip(found, edges, strict=True):
                tally[key] = totals[last] - totals[first]
    return found


def _find_quarter(hours: Sequence[datetime], edge: datetime) -> int:
    """Return how many quarters of these hours lie before it."""
    nth = bisect_right(hours, edge)
    return nth * QUARTERS - max(0, QUARTERS - (edge - hours[nth - 1]) // QUARTER) if nth else 0


def _parse_sums(text: str) -> list[int] | None:
    """Return None for what is none: somebody wrote over it."""
    try:
        counts = list(map(int, text.split(",")))
    except ValueError:
        return None
    return counts if len(counts) == len(_NOTHING) else None
