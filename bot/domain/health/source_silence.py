"""How long a source is usually silent, learnt as it goes, and when it is silent unlike itself."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import NamedTuple

from bot.domain.immutable import FrozenModel
from bot.domain.stored_tuples import store_by_name

MIN_SILENCE = 15 * 60.0
"""Seconds. Whatever is usual, a quarter of an hour without a mention is no silence."""
SILENCE_RATIO = 4
"""As long as this many times what is usual at the most."""
HOURS_PER_PART = 3
"""Hours in a part of the day: nights are learnt apart from days."""
MAX_DAYS = 7
MIN_DAYS = 3
"""Days on which a part of the day must have had a gap before anything is said of it."""


@store_by_name
class SourceGap(NamedTuple):
    """The longest gap of one part of one day. `day` counts from the epoch, in UTC."""

    day: int
    seconds: float


class SourceActivity(FrozenModel):
    """A source. Of its gaps only the longest of each part of a day are kept: 56 numbers, however much it says."""

    last: float = 0.0
    """When it last gave a mention, seconds since the epoch; 0: never."""
    longest: Mapping[int, tuple[SourceGap, ...]] = {}
    """By part of the day in UTC, newest last."""


class SourceSilence(NamedTuple):
    """Both in seconds."""

    duration: float
    usual: float


def record_activity(activity: SourceActivity, last: float, up_since: float) -> SourceActivity:
    """`last` is when it last gave a mention. What passed while nobody listened teaches nothing."""
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
    """The longest gap of an ordinary day that begins when this one began. None: too little was heard to say.

    The middle of a week's days, so that three days of outage teach nothing.
    """
    known = sorted(one.seconds for one in activity.longest.get(_get_day_part(activity.last), ()))
    return known[(len(known) - 1) // 2] if len(known) >= MIN_DAYS else None


def detect_silence(activity: SourceActivity, up_since: float, at: float) -> SourceSilence | None:
    """Whether it is silent unlike itself; counted from when we began to listen, if that was later."""
    lasts, ordinary = at - max(activity.last, up_since), get_usual_gap(activity)
    if ordinary is None or lasts <= max(MIN_SILENCE, SILENCE_RATIO * ordinary):
        return None
    return SourceSilence(lasts, ordinary)


def _get_day_part(at: float) -> int:
    return datetime.fromtimestamp(at, UTC).hour // HOURS_PER_PART
