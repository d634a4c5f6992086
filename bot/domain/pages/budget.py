"""How often one person is called in a night for what is not the worst."""

from collections.abc import Collection
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.domain.pages.line import Line

NOON = timedelta(hours=12)


def night_of(at: datetime, zone: str) -> int:
    """From noon to noon in this zone, by the day on which it began: 20261122."""
    here = at.astimezone(ZoneInfo(zone))
    return int(f"{here.replace(tzinfo=None) - NOON:%Y%m%d}")


def spared(line: Line, spent: Collection[str]) -> Line:
    """Without those of whom enough was asked tonight, as long as anybody else is left on call."""
    left = tuple(one for one in line.people if one not in spent)
    return line._replace(people=left) if left else line
