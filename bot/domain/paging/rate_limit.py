"""Limit how often a person is called in a night for pages below `sev1`."""

from collections.abc import Collection
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.domain.paging.targets import EscalationTargets

NOON = timedelta(hours=12)


def get_night_number(at: datetime, zone: str) -> int:
    """Return the night, from noon to noon in this zone, as the day it began: 20261122."""
    here = at.astimezone(ZoneInfo(zone))
    return int(f"{here.replace(tzinfo=None) - NOON:%Y%m%d}")


def drop_over_budget(targets: EscalationTargets, spent: Collection[str]) -> EscalationTargets:
    """Return the targets without people over their limit, as long as anybody else is on call."""
    left = tuple(one for one in targets.people if one not in spent)
    return targets._replace(people=left) if left else targets
