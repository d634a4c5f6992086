"""Detect silent sources: the usual gap between mentions is learnt, a much longer one is an issue."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import NamedTuple

from bot.domain.immutable import FrozenModel
from bot.domain.stored_tuples import store_by_name

MIN_SILENCE = 15 * 60.0
"""Seconds; a shorter gap is never a silence."""
SILENCE_RATIO = 4
"""A gap is a silence if it is longer than this times the usual one."""
HOURS_PER_PART = 3
"""Nights are learnt apart from days."""
MAX_DAYS = 7
MIN_DAYS = 3
"""Days to learn a part of the day before a silence is detected in it."""


@store_by_name
class SourceGap(NamedTuple):
    """The longest gap in one part of a day. `day` counts from the epoch, in UTC."""

    day: int
    seconds: float


class SourceActivity(FrozenModel):
    """Activity of a source: only the longest gap in each part of a day is kept, 56 numbers."""

    last: float = 0.0
    """Epoch seconds of its last mention; 0: never."""
    longest: Mapping[int, tuple[SourceGap, ...]] = {}
    """By part of the day (UTC), newest last."""


class SourceSilence(NamedTuple):
    """Both in seconds."""

    duration: float
    usual: float


def record_activity(activity: SourceActivity, last: float, up_since: float) -> SourceActivity:
    """Learn the gap before the mention at `last`, unless Earshot was down in it."""
    if last <= activity.last:
        return activity
    if not activity.last or activity.last < up_since:
        return activity.copy_with(last=last)
    part, day = _get_day_part(activity.last), int(activity.last // 86_400)
    known = activity.longest.get(part, ())
    today = max([last - activity.last, *(one.seconds for one in known if one.day == day)])
    kept = (*(one for one in known if one.day != day), SourceGap(day, today))[-MAX_DAYS:]
    return activity.copy_with(last=last, longest={**activity.longest, part: kept})


def get_usual_gap(activity: SourceActivity) -> float | None:
    """Return the median, over a week, of the longest gaps in this part of the day. None: too few days."""
    known = sorted(one.seconds for one in activity.longest.get(_get_day_part(activity.last), ()))
    return known[(len(known) - 1) // 2] if len(known) >= MIN_DAYS else None


def detect_silence(activity: SourceActivity, up_since: float, at: float) -> SourceSilence | None:
    """Return the silence if it is unusual; counted from the start of Earshot, if that was later."""
    lasts, ordinary = at - max(activity.last, up_since), get_usual_gap(activity)
    if ordinary is None or lasts <= max(MIN_SILENCE, SILENCE_RATIO * ordinary):
        return None
    return SourceSilence(lasts, ordinary)


def _get_day_part(at: float) -> int:
    return datetime.fromtimestamp(at, UTC).hour // HOURS_PER_PART
