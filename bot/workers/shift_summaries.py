"""Enqueue the shift summary of each department: in the morning, and when a shift is handed over."""

from collections.abc import AsyncIterator
from datetime import datetime, time
from typing import Protocol

from bot.clock import Clock
from bot.domain import shift_summary
from bot.domain.department import Department
from bot.domain.oncall.on_call import OnCallLookup
from bot.domain.outbox import Notification, NotificationKind, Priority
from bot.domain.rules import PlaybookRules
from bot.store.store import Store
from bot.workers.runner import Worker


class ShiftSummaryRules(PlaybookRules, Protocol):
    def get_summary_time(self) -> time | None: ...

    def has_handover_summary(self) -> bool: ...


class ShiftSummaryWorker(Worker):
    """Any number may run: each summary is enqueued once."""

    name = "mornings"
    idle = 10.0

    def __init__(self, store: Store, rules: ShiftSummaryRules, on_call: OnCallLookup, clock: Clock) -> None:
        self._store = store
        self._rules = rules
        self._on_call = on_call
        self._clock = clock
        self._enqueued: dict[tuple[NotificationKind, str], int] = {}

    async def step(self) -> int:
        at, done = self._clock.now(), 0
        async for note in self._iter_due_summaries(at):
            if self._enqueued.get((note.kind, note.subject_id)) != note.nth:
                await self._store.shift_summaries.notify_once(note, at)
                self._enqueued[note.kind, note.subject_id] = note.nth
                done += 1
        return done

    async def _iter_due_summaries(self, at: datetime) -> AsyncIterator[Notification]:
        zone = self._rules.time_zone
        by_clock = shift_summary.is_summary_due(self._rules.get_summary_time(), zone, at)
        for department in self._rules.list_departments():
            if by_clock:
                day = shift_summary.get_summary_day(zone, at)
                yield _build_summary_notification(NotificationKind.MORNING, department, day)
            if self._rules.has_handover_summary() and department.schedules:
                handed = await self._find_handover(department, at)
                if handed is not None:
                    yield _build_summary_notification(NotificationKind.HANDOVER, department, int(handed.timestamp()))

    async def _find_handover(self, department: Department, at: datetime) -> datetime | None:
        """Return the latest time in the last hour at which another person came first on call."""
        found, before = None, await self._on_call.find_on_call(department.name, at - shift_summary.SEND_WINDOW)
        while before.until is not None and before.until <= at:
            changed = before.until
            after = await self._on_call.find_on_call(department.name, changed)
            if after.people[:1] != before.people[:1]:
                found = changed
            before = after
        return found


def _build_summary_notification(kind: NotificationKind, department: Department, nth: int) -> Notification:
    return Notification.for_department(kind, department.name, nth, lane=Priority.UPDATE)
