"""Owes each department its note: in the morning, and at the hand-over of its schedule."""

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


class ShiftSummaryRules(PlaybookRules, Protocol):
    def get_summary_time(self) -> time | None: ...

    def has_handover_summary(self) -> bool: ...


class ShiftSummaryWorker:
    """Any number may run: what was owed once is not owed again."""

    name = "mornings"
    idle = 10.0

    def __init__(self, store: Store, rules: ShiftSummaryRules, rota: OnCallLookup, clock: Clock) -> None:
        self._store = store
        self._rules = rules
        self._on_call = rota
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

    def handle_failure(self, error: Exception) -> None:
        """Nothing is in hand between steps."""

    async def _iter_due_summaries(self, at: datetime) -> AsyncIterator[Notification]:
        zone = self._rules.time_zone
        by_clock = shift_summary.is_summary_due(self._rules.get_summary_time(), zone, at)
        for department in self._rules.list_departments():
            if by_clock:
                yield _build_summary_notification(
                    NotificationKind.MORNING, department, shift_summary.get_summary_day(zone, at)
                )
            if self._rules.has_handover_summary() and department.schedules:
                handed = await self._find_handover(department, at)
                if handed is not None:
                    yield _build_summary_notification(NotificationKind.HANDOVER, department, int(handed.timestamp()))

    async def _find_handover(self, department: Department, at: datetime) -> datetime | None:
        """The newest moment of the last hour from which on somebody else is called first."""
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
