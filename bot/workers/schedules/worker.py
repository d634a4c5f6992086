"""The loop around what schedules need between people's questions."""

from bot.clock import Clock
from bot.domain.rules import PlaybookRules
from bot.store.fencing import enforce_fence
from bot.store.opening import Store
from bot.workers.schedules.calendars import Calendars
from bot.workers.schedules.groups import Forgets, Groups, GroupSink
from bot.workers.schedules.holes import HolesSaid
from bot.workers.schedules.parts import Rosters
from bot.workers.schedules.requests import Requests

LEASE = "schedules"


class Schedules:
    """Any number may run: one of them works. Each part looks at the clock by itself."""

    name = "schedules"
    idle = 3.0

    def __init__(
        self, store: Store, sink: GroupSink, directory: Forgets, rules: PlaybookRules, rosters: Rosters, clock: Clock
    ) -> None:
        self._store = store
        self._clock = clock
        self._rosters = rosters
        self._calendars = Calendars(store, rosters)
        self._groups = Groups(store, sink, directory, rosters)
        self._holes = HolesSaid(store, rules, rosters)
        self._requests = Requests(store, rosters)

    async def step(self) -> int:
        fence = await self._store.leases.acquire(LEASE) if self._rosters.schedules() else None
        if fence is None:
            return 0
        at = self._clock.now()
        with enforce_fence(fence):
            parts = (self._calendars, self._groups, self._holes, self._requests)
            return sum([await part.step(at) for part in parts])

    def failed(self, error: Exception) -> None:
        """Nothing is in hand between steps: what was due is due again by its clock."""
