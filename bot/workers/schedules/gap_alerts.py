"""Announce gaps of schedules in the department's channel a day before they begin."""

from datetime import datetime, timedelta

import structlog

from bot.domain.department import Department
from bot.domain.outbox import Notification, NotificationKind
from bot.domain.periods import TimeSpan
from bot.domain.rules import PlaybookRules
from bot.store.store import Store
from bot.workers.schedules.protocols import RosterLookup

ALERT_BEFORE = timedelta(days=1)
LOOK_BACK = timedelta(days=14)
"""How far to search for the start of a gap that has begun; an older one is announced without it."""
CHECK_INTERVAL = timedelta(minutes=1)
UNKNOWN_START = 0
"""The start of a gap that began before `LOOK_BACK`."""

log = structlog.get_logger("schedules")


class GapAlerts:
    def __init__(self, store: Store, rules: PlaybookRules, rosters: RosterLookup) -> None:
        self._store = store
        self._rules = rules
        self._rosters = rosters
        self._checked_at: datetime | None = None

    async def step(self, at: datetime) -> int:
        """Return how many gaps were announced."""
        if self._checked_at is not None and abs(at - self._checked_at) < CHECK_INTERVAL:
            return 0
        self._checked_at = at
        upcoming: dict[str, Notification] = {}
        for department in self._rules.list_departments():
            upcoming |= {one.key: one for one in await self._find_upcoming_gaps(department, at)}
        reported, new = await self._store.schedule_gaps.load_reported(), 0
        for name, gap in upcoming.items():
            if await self._store.schedule_gaps.report_gap(gap, at, reported.get(name, 0)):
                new += 1
                log.info("coverage gap reported", department=gap.subject_id, start=gap.nth)
        for name in reported.keys() - upcoming.keys():
            await self._store.schedule_gaps.forget(name)
        return new

    async def _find_upcoming_gaps(self, department: Department, at: datetime) -> list[Notification]:
        span = TimeSpan(at - LOOK_BACK, at + ALERT_BEFORE)
        gaps = await self._rosters.find_gaps(department, span)
        return [
            Notification.for_department(NotificationKind.HOLE, department.name, _encode_gap_start(gap, span))
            for gap in gaps
            if gap.end > at
        ]


def _encode_gap_start(gap: TimeSpan, span: TimeSpan) -> int:
    return UNKNOWN_START if gap.start == span.start else int(gap.start.timestamp())
