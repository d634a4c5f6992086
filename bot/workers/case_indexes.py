"""Put open cases of the previous release into the indexes that only this one writes."""

from datetime import datetime, timedelta

from bot.clock import Clock
from bot.domain.rules import PlaybookRules
from bot.store.case_queues import SCAN_START
from bot.store.store import Store
from bot.workers.runner import Worker

REPEAT_AFTER = timedelta(hours=1)
"""A process of the previous release may still run beside this one after its start, and write without the indexes."""
PASSES = 2
"""After the start, and once more when no process of the previous release can be left. Each reads all open cases."""


class CaseIndexWorker(Worker):
    name = "case indexes"
    idle = 60.0

    def __init__(self, store: Store, rules: PlaybookRules, clock: Clock) -> None:
        self._queues = store.case_queues
        self._rules = rules
        self._clock = clock
        self._cursors: dict[str, str] = {}
        self._passes: dict[str, list[datetime]] = {}

    async def step(self) -> int:
        """Restore some cases of one department; return 0 if nothing is left to do for now."""
        at = self._clock.now()
        for department in self._rules.list_departments():
            passes = self._passes.setdefault(department.name, [])
            if not passes or (len(passes) < PASSES and abs(at - passes[-1]) >= REPEAT_AFTER):
                cursor = self._cursors.get(department.name, SCAN_START)
                self._cursors[department.name] = await self._queues.restore_indexes(department.name, cursor)
                if self._cursors[department.name] == SCAN_START:
                    passes.append(at)
                return 1
        return 0
