"""Put open cases of the previous release into the indexes that only this one writes."""

from datetime import datetime, timedelta

from bot.clock import Clock
from bot.domain.rules import PlaybookRules
from bot.store.store import Store
from bot.workers.runner import Worker

REPEAT_AFTER = timedelta(hours=1)
"""A process of the previous release may still run beside this one, and write without the indexes."""


class CaseIndexWorker(Worker):
    name = "case indexes"
    idle = 60.0

    def __init__(self, store: Store, rules: PlaybookRules, clock: Clock) -> None:
        self._queues = store.case_queues
        self._rules = rules
        self._clock = clock
        self._restored: dict[str, datetime] = {}

    async def step(self) -> int:
        """Restore one department; return 0 if all of them were restored lately."""
        at = self._clock.now()
        for department in self._rules.list_departments():
            before = self._restored.get(department.name)
            if before is None or abs(at - before) >= REPEAT_AFTER:
                await self._queues.restore_indexes(department.name)
                self._restored[department.name] = at
                return 1
        return 0
