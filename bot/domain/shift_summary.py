"""The shift summary in the morning: its content, and when it is due."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.domain.crisis import Crisis
from bot.domain.drills import Drill
from bot.domain.paging.page import Page
from bot.domain.spikes.episode import Episode

LOOKBACK = timedelta(hours=12)
SEND_WINDOW = timedelta(hours=1)
"""How late it is still sent if Earshot was down at its time."""


@dataclass(frozen=True, slots=True)
class ShiftSummary:
    """`waiting`, `overdue`, `crises` and `missed` are as of now; the rest is about the time since `since`."""

    department: str
    since: datetime
    posts: int = 0
    negative: int = 0
    pages: tuple[Page, ...] = ()
    episodes: tuple[Episode, ...] = ()
    waiting: int = 0
    overdue: int = 0
    crises: tuple[Crisis, ...] = ()
    """Open crises of this department."""
    missed: Drill | None = None
    """A missed drill that was not repeated."""

    @property
    def is_empty(self) -> bool:
        return not (self.pages or self.episodes or self.waiting or self.crises or self.missed)


def is_summary_due(clock: time | None, zone: str, at: datetime) -> bool:
    """Whether it is due now; `clock` None: never."""
    if clock is None:
        return False
    here = at.astimezone(ZoneInfo(zone))
    begins = here.replace(hour=clock.hour, minute=clock.minute, second=0, microsecond=0)
    return begins <= here < begins + SEND_WINDOW


def get_summary_day(zone: str, at: datetime) -> int:
    """Return the brand's day as a number, such as 20261122, to send one summary a day."""
    return int(f"{at.astimezone(ZoneInfo(zone)):%Y%m%d}")
