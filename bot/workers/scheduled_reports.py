"""Enqueue the digests that managers want by themselves, each once for each time at which it is due."""

from datetime import datetime
from typing import Protocol

from bot.clock import Clock
from bot.domain.outbox import Notification
from bot.domain.reports.report_schedule import ReportSchedule
from bot.domain.rules import PlaybookRules
from bot.store.store import Store
from bot.workers.runner import Worker


class ManagerLookup(Protocol):
    async def find_role_loss(self, person: str, managers: tuple[str, ...]) -> bool | None:
        """Return whether a person is no manager any more, or has left; None if Slack does not say now."""


class ScheduledReportWorker(Worker):
    """Any number may run: the schedule itself says up to when it was sent, and is changed in the same write."""

    name = "scheduled_reports"
    idle = 10.0

    def __init__(self, store: Store, rules: PlaybookRules, staff: ManagerLookup, clock: Clock) -> None:
        self._store = store
        self._rules = rules
        self._staff = staff
        self._clock = clock

    async def step(self) -> int:
        at, zone = self._clock.now(), self._rules.time_zone
        done = 0
        for schedule in await self._store.report_schedules.list_all():
            due = None if schedule.refused else schedule.find_latest_due(at, zone)
            if due is not None:
                done += await self._send_report(schedule, due, at)
        return done

    async def _send_report(self, schedule: ReportSchedule, due: datetime, at: datetime) -> bool:
        """Enqueue it, or stop it if its manager is none any more. Return whether something was changed."""
        lost = await self._staff.find_role_loss(schedule.by, self._rules.managers)
        if lost is None:
            return False
        if lost:
            return await self._store.report_schedules.stop(schedule, "", at)
        note = Notification.send_report(schedule.id, schedule.to, due)
        after = schedule.copy_with(after=due)
        return await self._store.report_schedules.change(schedule.id, schedule, after, at, notifications=[note])
