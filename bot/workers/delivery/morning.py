"""The note in the morning, drawn from what is so when it is said."""

from bot.cards import morning as cards
from bot.cards.drawing import Drawing
from bot.clock import Clock
from bot.domain.department import Department
from bot.domain.notification import Notification, NotificationKind
from bot.domain.rules import Rules, department_or_lost
from bot.store.opening import Store

KINDS = frozenset({NotificationKind.MORNING, NotificationKind.SPARED})


class MorningMessages:
    def __init__(self, store: Store, rules: Rules, clock: Clock) -> None:
        self._store = store
        self._rules = rules
        self._clock = clock

    async def drawing(self, owed: Notification) -> tuple[Drawing | None, Department]:
        if owed.kind is NotificationKind.SPARED:
            return cards.spared(), Department(name="", channel="")
        department = department_or_lost(self._rules, owed.case)
        return cards.note(await self._store.mornings.read(owed.case, self._clock.now())), department
