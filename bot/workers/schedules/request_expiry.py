"""Expire swap and cover requests that were not answered in time."""

from contextlib import suppress
from datetime import datetime, timedelta

from bot.domain.errors import NotAllowed
from bot.domain.oncall.cover_requests import expire_request
from bot.domain.oncall.overrides import ScheduleChange, ScheduleOverrides, ScheduleState
from bot.domain.oncall.schedule import Schedule
from bot.store.store import Store
from bot.workers.schedules.protocols import RosterLookup

CHECK_INTERVAL = timedelta(seconds=10)


class RequestExpiry:
    def __init__(self, store: Store, rosters: RosterLookup) -> None:
        self._store = store
        self._rosters = rosters
        self._next: datetime | None = None

    async def step(self, at: datetime) -> int:
        """Return how many expired."""
        if self._next is not None and at < self._next:
            return 0
        self._next = at + CHECK_INTERVAL
        by_name = self._rosters.get_schedules()
        found = await self._store.overrides.load(by_name)
        requests = [(by_name[name], one) for name, overrides in found.items() for one in overrides.pleas]
        over = [(schedule, one) for schedule, one in requests if one.to and not one.outcome and not one.is_pending(at)]
        for schedule, one in over:
            await self._expire_request(schedule, one.id, at)
        return len(over)

    async def _expire_request(self, schedule: Schedule, request_id: str, at: datetime) -> None:
        def decide(before: ScheduleOverrides) -> ScheduleChange:
            change = expire_request(ScheduleState(schedule, (), before), request_id, at)
            return change._replace(schedule=schedule.name)

        with suppress(NotAllowed):  # answered meanwhile
            await self._store.overrides.change(schedule.name, decide, at)
