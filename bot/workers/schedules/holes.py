"""Holes of schedules, said in the department's channel a day before they begin."""

from datetime import datetime, timedelta

import structlog

from bot.domain.department import Department
from bot.domain.notification import Notification, NotificationKind
from bot.domain.rules import PlaybookRules
from bot.domain.spans import TimeSpan
from bot.store.opening import Store
from bot.workers.schedules.parts import Rosters

BEFORE = timedelta(days=1)
BACK = timedelta(days=14)
"""How far to look for the beginning of a hole that is there already; one that is older is said without it."""
EVERY = timedelta(minutes=1)
ALWAYS = 0
"""The start of a hole that is older than anybody looked."""

log = structlog.get_logger("schedules")


class HolesSaid:
    def __init__(self, store: Store, rules: PlaybookRules, rosters: Rosters) -> None:
        self._store = store
        self._rules = rules
        self._rosters = rosters
        self._looked: datetime | None = None

    async def step(self, at: datetime) -> int:
        """How many were said."""
        if self._looked is not None and abs(at - self._looked) < EVERY:
            return 0
        self._looked = at
        there: dict[str, Notification] = {}
        for department in self._rules.list_departments():
            there |= {one.key: one for one in await self._soon(department, at)}
        said, new = await self._store.schedule_gaps.load_reported(), 0
        for name, hole in there.items():
            if await self._store.schedule_gaps.report_gap(hole, at, said.get(name, 0)):
                new += 1
                log.info("hole said", department=hole.subject_id, start=hole.nth)
        for name in said.keys() - there.keys():
            await self._store.schedule_gaps.forget(name)
        return new

    async def _soon(self, department: Department, at: datetime) -> list[Notification]:
        span = TimeSpan(at - BACK, at + BEFORE)
        gaps = await self._rosters.find_gaps(department, span)
        return [
            Notification.for_department(NotificationKind.HOLE, department.name, _start(gap, span))
            for gap in gaps
            if gap.end > at
        ]


def _start(gap: TimeSpan, span: TimeSpan) -> int:
    return ALWAYS if gap.start == span.start else int(gap.start.timestamp())
