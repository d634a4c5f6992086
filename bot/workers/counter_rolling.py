"""Add the hours of counters that are older than a month to the days of the brand's zone."""

from collections import deque
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import structlog

from bot.clock import Clock
from bot.domain.rules import PlaybookRules
from bot.store.hour_counters import CounterKind
from bot.store.store import Store
from bot.workers.runner import Worker

CHECK_INTERVAL = timedelta(hours=1)
ROLLED_AT_ONCE = 2
"""Hours in one step: the server does nothing else meanwhile."""

log = structlog.get_logger("counters")


class CounterRollWorker(Worker):
    """Several processes may do it at once: each hour is added once."""

    name = "counter rolling"
    idle = 60.0

    def __init__(self, store: Store, rules: PlaybookRules, clock: Clock) -> None:
        self._counters = store.report_counters
        self._rules = rules
        self._clock = clock
        self._checked_at: datetime | None = None
        self._waiting: deque[tuple[CounterKind, datetime]] = deque()

    async def step(self) -> int:
        """Roll some hours; return how many were tried."""
        at, zone = self._clock.now(), ZoneInfo(self._rules.time_zone)
        if not self._waiting and (self._checked_at is None or abs(at - self._checked_at) >= CHECK_INTERVAL):
            self._waiting.extend(await self._counters.list_old_hours(at, zone))
            self._checked_at = at
            if self._waiting:
                log.info("adding up hours of counters", hours=len(self._waiting))
        some = [self._waiting.popleft() for _ in range(min(ROLLED_AT_ONCE, len(self._waiting)))]
        if some:
            await self._counters.add_hours(some, at, zone)
        return len(some)
