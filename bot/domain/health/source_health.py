"""How a source is doing: its delay, its rate against the usual one, its quota, and whether it floods."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from statistics import median
from typing import NamedTuple

HOUR = 3600
HOURS_KEPT = 8 * 24
"""Hours of which the posts are counted: this hour on each of the last seven days, and the hour before it."""
DELAYS_KEPT = 60
DELAYS_FOR = timedelta(hours=1)
BACKLOG_FOR = timedelta(minutes=5)
"""How long the number of waiting posts is shown after it was measured."""
MIN_DAYS = 3
"""Days without which no rate is usual."""
MAX_DAYS = 7
FLOOD_FROM = 1000
"""New posts in a minute that are never a flood."""
FLOOD_RATIO = 20
"""A minute is a flood with more posts than this times the usual number."""
REQUESTS = "requests"
DOLLARS = "$"


class SourceQuota(NamedTuple):
    """What an outlet, or a budget of ours, still allows."""

    left: float
    of: float
    until: datetime | None = None
    """When it is full again; None: the outlet does not say."""
    unit: str = REQUESTS


class PostDelay(NamedTuple):
    """How long after it was written a post arrived."""

    arrived: float
    """Epoch seconds."""
    seconds: float


class SourceHealth(NamedTuple):
    newest: datetime | None = None
    """When the newest post was written, also one that was there at the first start."""
    started: datetime | None = None
    """When posts were counted first."""
    imported: int | None = None
    """Posts that the outlet had at the first start, none of which was posted; None: there was no such start."""
    imported_at: datetime | None = None
    hours: Mapping[int, int] = {}
    """New posts by hour, counted from the epoch."""
    delays: Sequence[PostDelay] = ()
    quota: SourceQuota | None = None
    waiting: int | None = None
    """Posts that wait at the outlet, where it keeps them for us, as of `measured_at`."""
    measured_at: datetime | None = None


def merge_source_health(parts: Sequence[SourceHealth]) -> SourceHealth:
    """Return the health of a source that is measured in several places, each for its own posts.

    What is measured only once, such as the quota, is taken from the first part that has it.
    """
    hours = Counter[int]()
    for part in parts:
        hours.update(part.hours)
    delays = sorted((delay for part in parts for delay in part.delays), key=lambda one: one.arrived)
    import_of = next((part for part in parts if part.imported is not None), SourceHealth())
    backlog_of = next((part for part in parts if part.waiting is not None), SourceHealth())
    return SourceHealth(
        newest=max((part.newest for part in parts if part.newest), default=None),
        started=min((part.started for part in parts if part.started), default=None),
        imported=import_of.imported,
        imported_at=import_of.imported_at,
        hours=dict(hours),
        delays=tuple(delays),
        quota=next((part.quota for part in parts if part.quota), None),
        waiting=backlog_of.waiting,
        measured_at=backlog_of.measured_at,
    )


def get_backlog(health: SourceHealth, at: datetime) -> int | None:
    """Return how many posts wait at the outlet; None if nobody has asked lately."""
    return health.waiting if health.measured_at and at - health.measured_at < BACKLOG_FOR else None


def compute_delay(health: SourceHealth, at: datetime) -> timedelta | None:
    """Return the median delay of the posts of the last hour; None without any."""
    since = (at - DELAYS_FOR).timestamp()
    found = [one.seconds for one in health.delays if one.arrived > since]
    return timedelta(seconds=max(0.0, median(found))) if found else None


def compute_rate(health: SourceHealth, at: datetime) -> int:
    """Return about how many posts came in the last 60 minutes: those of this hour, and a part of the hour before."""
    hour, into = divmod(at.timestamp(), HOUR)
    before = health.hours.get(int(hour) - 1, 0) * (1 - into / HOUR)
    return round(health.hours.get(int(hour), 0) + before)


def compute_usual_rate(health: SourceHealth, at: datetime) -> int | None:
    """Return the median number of posts in the same 60 minutes of the last seven days; None: too few days."""
    if health.started is None:
        return None
    days = min(MAX_DAYS, (at - health.started) // timedelta(days=1))
    if days < MIN_DAYS:
        return None
    return round(median(compute_rate(health, at - timedelta(days=day)) for day in range(1, days + 1)))


def compute_flood_limit(health: SourceHealth, at: datetime) -> int:
    """Return the number of new posts in a minute above which the source waits."""
    return max(FLOOD_FROM, FLOOD_RATIO * (compute_usual_rate(health, at) or 0) // 60)


def describe_flood(source: str, limit: int) -> str:
    """Return the sentence for operators, which begins with the name of the source."""
    return (
        f"{source} sends far more than usual. Earshot reads {limit:,} posts a minute. None are lost, but some are late"
    )
