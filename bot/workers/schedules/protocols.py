"""What the worker's parts ask for."""

from collections.abc import Iterable, Mapping
from typing import Protocol

from bot.domain.oncall.on_call import GapLookup
from bot.domain.oncall.schedule import Schedule, ScheduleRoster


class RosterLookup(GapLookup, Protocol):
    def get_schedules(self) -> Mapping[str, Schedule]:
        """Those of the playbook in force."""

    async def load_rosters(self, names: Iterable[str]) -> dict[str, ScheduleRoster]:
        """With all that is known to differ from the playbook. Raises `StoreUnavailable`."""
