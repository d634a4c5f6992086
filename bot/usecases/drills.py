"""Drills: start one."""

from bot.cards import drills as cards
from bot.cards.block_kit import RenderedMessage
from bot.clock import Clock
from bot.domain.department import Department
from bot.domain.drills import open_drill
from bot.domain.errors import NotAllowed
from bot.domain.lifecycle import DEPUTIES_UNKNOWN
from bot.domain.rules import PlaybookRules
from bot.store.drills import DrillStore
from bot.usecases.staff import StaffDirectory


class DrillUseCases:
    """Each raises `NotAllowed` with a sentence for the person, or `StoreUnavailable` if Redis is away."""

    def __init__(self, store: DrillStore, rules: PlaybookRules, staff: StaffDirectory, clock: Clock) -> None:
        self._store = store
        self._rules = rules
        self._staff = staff
        self._clock = clock

    async def start_drill(self, by: str, words: str) -> RenderedMessage:
        """Start a drill for the named department, or the only one that the person may page."""
        department, at = await self._find_department(by, words.strip().casefold()), self._clock.now()
        name = department.name
        decision = await self._store.change(name, lambda before: open_drill(name, by, at, before), at)
        return cards.render_drill_started(decision.after)

    async def _find_department(self, by: str, wanted: str) -> Department:
        called = [one for one in self._rules.list_departments() if one.on_call]
        named = [one for one in called if wanted in {one.name.casefold(), *map(str.casefold, one.schedules)}]
        names = ", ".join(f"`{one.name}`" for one in called)
        if wanted and not named:
            raise NotAllowed(f"No department of that name pages anybody. These do: {names or 'none'}.")
        allowed = [one for one in named or called if await self._can_start(by, one, named=bool(named))]
        if not allowed:
            raise NotAllowed("Only people in a department and managers can start a drill. Ask one of them.")
        if len(allowed) > 1:
            raise NotAllowed(f"Which department? Add its name: {names}.")
        return allowed[0]

    async def _can_start(self, by: str, department: Department, *, named: bool) -> bool:
        staff = await self._staff.load_staff(department, self._rules.managers)
        if named and staff.unsure and not staff.can_answer(by):
            raise NotAllowed(DEPUTIES_UNKNOWN)
        return staff.can_answer(by)
