"""Owes each department its note: in the morning, and at the hand-over of its schedule."""

from collections.abc import AsyncIterator
from datetime import datetime, time
from typing import Protocol

from bot.clock import Clock
from bot.domain import morning
from bot.domain.department import Department
from bot.domain.notification import Notification, NotificationKind, Priority
from bot.domain.rules import PlaybookRules
from bot.domain.schedules.duty import OnCallLookup
from bot.store.opening import Store


class Noted(PlaybookRules, Protocol):
    def note_at(self) -> time | None: ...

    def note_at_hand_over(self) -> bool: ...


class Mornings:
    """Any number may run: what was owed once is not owed again."""

    name = "mornings"
    idle = 10.0

    def __init__(self, store: Store, rules: Noted, rota: OnCallLookup, clock: Clock) -> None:
        self._store = store
        self._rules = rules
        self._rota = rota
        self._clock = clock
        self._owed: dict[tuple[NotificationKind, str], int] = {}

    async def step(self) -> int:
        at, done = self._clock.now(), 0
        async for note in self._due(at):
            if self._owed.get((note.kind, note.subject_id)) != note.nth:
                await self._store.shift_summaries.notify_once(note, at)
                self._owed[note.kind, note.subject_id] = note.nth
                done += 1
        return done

    def failed(self, error: Exception) -> None:
        """Nothing is in hand between steps."""

    async def _due(self, at: datetime) -> AsyncIterator[Notification]:
        zone = self._rules.time_zone
        by_clock = morning.is_summary_due(self._rules.note_at(), zone, at)
        for department in self._rules.list_departments():
            if by_clock:
                yield _note(NotificationKind.MORNING, department, morning.get_summary_day(zone, at))
            if self._rules.note_at_hand_over() and department.schedules:
                handed = await self._handed_over(department, at)
                if handed is not None:
                    yield _note(NotificationKind.HANDOVER, department, int(handed.timestamp()))

    async def _handed_over(self, department: Department, at: datetime) -> datetime | None:
        """The newest moment of the last hour from which on somebody else is called first."""
        found, before = None, await self._rota.find_on_call(department.name, at - morning.SEND_WINDOW)
        while before.until is not None and before.until <= at:
            changed = before.until
            after = await self._rota.find_on_call(department.name, changed)
            if after.people[:1] != before.people[:1]:
                found = changed
            before = after
        return found


def _note(kind: NotificationKind, department: Department, nth: int) -> Notification:
    return Notification.for_department(kind, department.name, nth, lane=Priority.UPDATE)
