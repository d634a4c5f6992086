"""Report to the operators when no triage process of this machine works."""

from datetime import datetime, timedelta
from typing import Protocol

from bot.clock import Clock
from bot.domain.health.issues import PROCESSES
from bot.store.store import Store
from bot.workers.runner import Worker

ISSUE_AFTER = timedelta(minutes=1)
"""A process that died works again within seconds."""


class TriageProcesses(Protocol):
    def is_any_working(self, brand: str) -> bool: ...

    def describe_problem(self, brand: str) -> str:
        """Return what is wrong, or "" while they start for the first time."""


class ProcessMonitor(Worker):
    name = "processes"
    idle = 5.0

    def __init__(self, store: Store, processes: TriageProcesses, brand: str, machine: str, clock: Clock) -> None:
        """`brand`: as the processes name it. `machine`: its name, which tells it apart from others on this store."""
        self._store = store
        self._processes = processes
        self._brand = brand
        self._key = f"{PROCESSES}{machine}"
        self._machine = machine
        self._clock = clock
        self._down_since: datetime | None = None
        self._reported: bool | None = None
        """None: a former process of this machine may have reported."""

    async def step(self) -> int:
        if self._processes.is_any_working(self._brand):
            self._down_since = None
            if self._reported is not False:
                await self.clear_issue()
            return 0
        at = self._clock.now()
        self._down_since = self._down_since or at
        if at - self._down_since >= ISSUE_AFTER:  # again and again, since the health monitor lets it expire
            why = self._processes.describe_problem(self._brand) or "they do not start"
            await self._store.health_issues.save_issue(self._key, f"nothing is triaged on {self._machine}: {why}")
            self._reported = True
        return 0

    async def clear_issue(self) -> None:
        await self._store.health_issues.save_issue(self._key, "")
        self._reported = False
