"""The loop around calendars, user groups, gap alerts and expired requests of schedules."""

from bot.clock import Clock
from bot.domain.rules import PlaybookRules
from bot.store.fencing import enforce_fence
from bot.store.store import Store
from bot.workers.runner import Worker
from bot.workers.schedules.calendars import CalendarRefresher
from bot.workers.schedules.gap_alerts import GapAlerts
from bot.workers.schedules.protocols import RosterLookup
from bot.workers.schedules.request_expiry import RequestExpiry
from bot.workers.schedules.user_groups import GroupCache, UserGroupSink, UserGroupSync

LEASE_NAME = "schedules"


class ScheduleWorker(Worker):
    """Only the process with the lease works. Each part has an interval of its own."""

    name = "schedules"
    idle = 3.0

    def __init__(
        self,
        store: Store,
        sink: UserGroupSink,
        directory: GroupCache,
        rules: PlaybookRules,
        rosters: RosterLookup,
        clock: Clock,
    ) -> None:
        self._store = store
        self._clock = clock
        self._rosters = rosters
        self._calendars = CalendarRefresher(store, rosters)
        self._groups = UserGroupSync(store, sink, directory, rosters)
        self._gap_alerts = GapAlerts(store, rules, rosters)
        self._requests = RequestExpiry(store, rosters)

    async def step(self) -> int:
        fence = await self._store.leases.acquire(LEASE_NAME) if self._rosters.get_schedules() else None
        if fence is None:
            return 0
        at = self._clock.now()
        with enforce_fence(fence):
            parts = (self._calendars, self._groups, self._gap_alerts, self._requests)
            return sum([await part.step(at) for part in parts])
