"""The protocols that the parts of the schedule worker share."""

from collections.abc import Iterable, Mapping
from typing import Protocol

from bot.domain.oncall.on_call import GapLookup
from bot.domain.oncall.schedule import Schedule, ScheduleRoster


class RosterLookup(GapLookup, Protocol):
    def get_schedules(self) -> Mapping[str, Schedule]:
        """Return the schedules of the current playbook, by name."""

    async def load_rosters(self, names: Iterable[str]) -> dict[str, ScheduleRoster]:
        """Return the rosters with their overrides. Raises `StoreUnavailable`."""
