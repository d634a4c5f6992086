"""The note in the morning: when it is due, and what stands in it."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.domain.crisis import Crisis
from bot.domain.drills import Drill
from bot.domain.paging.page import Page
from bot.domain.spikes.episode import Episode

LOOKBACK = timedelta(hours=12)
"""What it looks back on."""
SEND_WINDOW = timedelta(hours=1)
"""Within which it is still said where Earshot was away at its time."""


@dataclass(frozen=True, slots=True)
class ShiftSummary:
    """`waiting` and `overdue` are cases that are open now, as `crises` and `missed` are; the rest is of the night."""

    department: str
    since: datetime
    posts: int = 0
    negative: int = 0
    pages: tuple[Page, ...] = ()
    episodes: tuple[Episode, ...] = ()
    waiting: int = 0
    overdue: int = 0
    crises: tuple[Crisis, ...] = ()
    """Declared for this department, and not closed."""
    missed: Drill | None = None
    """Not repeated since."""

    @property
    def is_empty(self) -> bool:
        """Nobody has to be told anything."""
        return not (self.pages or self.episodes or self.waiting or self.crises or self.missed)


def is_summary_due(clock: time | None, zone: str, at: datetime) -> bool:
    """`clock` None: it is never said."""
    if clock is None:
        return False
    here = at.astimezone(ZoneInfo(zone))
    begins = here.replace(hour=clock.hour, minute=clock.minute, second=0, microsecond=0)
    return begins <= here < begins + SEND_WINDOW


def get_summary_day(zone: str, at: datetime) -> int:
    """The brand's day as a number that tells one note from the next: 20261122."""
    return int(f"{at.astimezone(ZoneInfo(zone)):%Y%m%d}")
