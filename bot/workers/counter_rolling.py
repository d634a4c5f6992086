"""Add the hours of counters that are older than a month to the days of the brand's zone, and add up those since."""

from collections import deque
from datetime import datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

import structlog

from bot.clock import Clock
from bot.domain.rules import PlaybookRules
from bot.store.hour_counters import CounterKind
from bot.store.store import Store
from bot.workers.runner import Worker

CHECK_INTERVAL = timedelta(hours=1)
HOURS_AT_ONCE = 2
"""Hours in one step: the server does nothing else meanwhile."""

Item = TypeVar("Item")

log = structlog.get_logger("counters")


class CounterRollWorker(Worker):
    """Several processes may do it at once: each hour is added once."""

    name = "counter rolling"
    idle = 60.0

    def __init__(self, store: Store, rules: PlaybookRules, clock: Clock) -> None:
        self._counters, self._sums = store.report_counters, store.hour_sums
        self._rules = rules
        self._clock = clock
        self._checked_at: datetime | None = None
        self._waiting: deque[tuple[CounterKind, datetime]] = deque()
        self._without_sums: deque[datetime] = deque()

    async def step(self) -> int:
        """Roll some hours, or make the sums of some; return how many were tried."""
        at, zone = self._clock.now(), ZoneInfo(self._rules.time_zone)
        is_idle = not self._waiting and not self._without_sums
        if is_idle and (self._checked_at is None or abs(at - self._checked_at) >= CHECK_INTERVAL):
            await self._look_for_hours(at, zone)
        if some := _take_some(self._waiting):
            await self._counters.add_hours(some, at, zone)
            return len(some)
        hours = _take_some(self._without_sums)
        if hours:
            await self._sums.make(hours)
        return len(hours)

    async def _look_for_hours(self, at: datetime, zone: ZoneInfo) -> None:
        self._waiting.extend(await self._counters.list_old_hours(at, zone))
        self._without_sums.extend(await self._sums.list_hours_without(at, zone))
        self._checked_at = at
        if self._waiting:
            log.info("adding up hours of counters", hours=len(self._waiting))


def _take_some(waiting: deque[Item]) -> list[Item]:
    return [waiting.popleft() for _ in range(min(HOURS_AT_ONCE, len(waiting)))]
