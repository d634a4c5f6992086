"""Owes each department its note in the morning."""

from datetime import time
from typing import Protocol

from bot.clock import Clock
from bot.domain import morning
from bot.domain.notification import Lane, Notification, NotificationKind
from bot.domain.rules import Rules
from bot.store.opening import Store


class Noted(Rules, Protocol):
    def note_at(self) -> time | None: ...


class Mornings:
    """Any number may run: what was owed today is not owed again."""

    name = "mornings"
    idle = 10.0

    def __init__(self, store: Store, rules: Noted, clock: Clock) -> None:
        self._store = store
        self._rules = rules
        self._clock = clock
        self._owed: set[tuple[str, int]] = set()

    async def step(self) -> int:
        at, zone = self._clock.now(), self._rules.time_zone
        if not morning.is_due(self._rules.note_at(), zone, at):
            return 0
        day = morning.day_of(zone, at)
        new = [one.name for one in self._rules.departments() if (one.name, day) not in self._owed]
        for name in new:
            await self._store.mornings.owe(Notification(NotificationKind.MORNING, name, name, Lane.UPDATE, day), at)
            self._owed = {one for one in self._owed if one[1] == day} | {(name, day)}
        return len(new)

    def failed(self, error: Exception) -> None:
        """Nothing is in hand between steps."""
