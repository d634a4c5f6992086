"""How long a source is usually silent, learnt as it goes, and when it is silent unlike itself."""

from datetime import UTC, datetime
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict

from bot.domain.making import remade
from bot.domain.stored import by_name

FLOOR = 15 * 60.0
"""Seconds. Whatever is usual, a quarter of an hour without a mention is no silence."""
TIMES = 4
"""As long as this many times what is usual at the most."""
PART = 3
"""Hours in a part of the day: nights are learnt apart from days."""
DAYS_KEPT = 7
DAYS_NEEDED = 3
"""Days on which a part of the day must have had a gap before anything is said of it."""


@by_name
class Gap(NamedTuple):
    """The longest gap of one part of one day. `day` counts from the epoch, in UTC."""

    day: int
    seconds: float


class Heard(BaseModel):
    """A source. Of its gaps only the longest of each part of a day are kept: 56 numbers, however much it says."""

    model_config = ConfigDict(frozen=True)

    last: float = 0.0
    """When it last gave a mention, seconds since the epoch; 0: never."""
    longest: dict[int, tuple[Gap, ...]] = {}
    """By part of the day in UTC, newest last."""


class Silence(NamedTuple):
    """Both in seconds."""

    lasts: float
    usual: float


def hear(heard: Heard, last: float, up_since: float) -> Heard:
    """`last` is when it last gave a mention. What passed while nobody listened teaches nothing."""
    if last <= heard.last:
        return heard
    if not heard.last or heard.last < up_since:
        return remade(heard, {"last": last})
    part, day = _part(heard.last), int(heard.last // 86_400)
    known = heard.longest.get(part, ())
    today = max([last - heard.last, *(one.seconds for one in known if one.day == day)])
    kept = (*(one for one in known if one.day != day), Gap(day, today))[-DAYS_KEPT:]
    return remade(heard, {"last": last, "longest": {**heard.longest, part: kept}})


def usual(heard: Heard) -> float | None:
    """The longest gap of an ordinary day that begins when this one began. None: too little was heard to say.

    The middle of a week's days, so that three days of outage teach nothing.
    """
    known = sorted(one.seconds for one in heard.longest.get(_part(heard.last), ()))
    return known[(len(known) - 1) // 2] if len(known) >= DAYS_NEEDED else None


def silent(heard: Heard, up_since: float, at: float) -> Silence | None:
    """Whether it is silent unlike itself; counted from when we began to listen, if that was later."""
    lasts, ordinary = at - max(heard.last, up_since), usual(heard)
    if ordinary is None or lasts <= max(FLOOR, TIMES * ordinary):
        return None
    return Silence(lasts, ordinary)


def _part(at: float) -> int:
    return datetime.fromtimestamp(at, UTC).hour // PART
