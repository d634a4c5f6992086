"""Check the running drills, and start those that are due by the playbook's schedule."""

from typing import Protocol

import structlog

from bot.clock import Clock
from bot.domain import drills
from bot.domain.commits import Decision
from bot.domain.drills import Drill
from bot.domain.rules import PlaybookRules
from bot.store.store import Store
from bot.store.transaction import CommitResult
from bot.workers.runner import Worker

log = structlog.get_logger("drills")


class DrillRules(PlaybookRules, Protocol):
    def get_drill_plan(self) -> drills.DrillSettings: ...


class DrillWorker(Worker):
    """Any number may run: the version of a drill ensures that it is started and reported once."""

    name = "drills"
    idle = 1.0

    def __init__(self, store: Store, rules: DrillRules, clock: Clock) -> None:
        self._store = store
        self._rules = rules
        self._clock = clock

    async def step(self) -> int:
        known = await self._store.drills.load_drills()
        running = [one for one in known.values() if one.is_running]
        pages = await self._store.pages.find([one.page for one in running])
        done = 0
        for one in running:
            if not self._store.pages.is_unreadable(one.page):
                decision = drills.check_drill(one, pages.get(one.page), self._rules.managers, self._clock.now())
                done += await self._commit_drill(decision)
        return done + await self._start_due_drills(known)

    async def _start_due_drills(self, known: dict[str, Drill]) -> int:
        at, plan, done = self._clock.now(), self._rules.get_drill_plan(), 0
        for department in self._rules.list_departments():
            name, last = department.name, known.get(department.name)
            if self._store.drills.is_unreadable(name):
                continue
            wanted = name in plan.departments if plan.departments else bool(department.on_call)
            if wanted and drills.is_drill_due(plan, last, self._rules.time_zone, at):
                done += await self._commit_drill(drills.open_drill(name, "", at, last))
        return done

    async def _commit_drill(self, decision: Decision[Drill] | None) -> int:
        if decision is None:
            return 0
        if await self._store.drills.commit(decision, self._clock.now()) is CommitResult.WRITTEN:
            for event in decision.events:
                log.info("drill", department=decision.after.department, what=str(event.what), by=event.by)
        return 1
