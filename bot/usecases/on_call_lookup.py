"""Who is on call: the playbook's schedules, their calendars, and what people changed."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from bot.domain.department import Department, is_person
from bot.domain.oncall.on_call import OnCallSnapshot, find_department_gaps, get_listed_on_call, resolve_on_call
from bot.domain.oncall.overrides import ScheduleOverrides, ScheduleState
from bot.domain.oncall.schedule import Schedule, ScheduleRoster
from bot.domain.periods import TimeSpan
from bot.domain.rules import PlaybookRules
from bot.store.store import Store
from bot.usecases.user_groups import GroupDirectory, resolve_people


class StoredOnCallLookup:
    """A `OnCallLookup`. Where the playbook names the people, nothing is read."""

    def __init__(
        self,
        store: Store,
        rules: PlaybookRules,
        schedules: Callable[[], Mapping[str, Schedule]],
        directory: GroupDirectory,
    ) -> None:
        self._store = store
        self._rules = rules
        self._schedules = schedules
        self._directory = directory

    def get_schedule(self, name: str) -> Schedule | None:
        return self._schedules().get(name)

    def get_schedules(self) -> Mapping[str, Schedule]:
        return self._schedules()

    async def find_on_call(self, department: str, at: datetime) -> OnCallSnapshot:
        found = self._rules.find_department(department)
        if found is None:
            return OnCallSnapshot()
        listed = get_listed_on_call(found)
        if listed is not None:
            return listed
        duty = resolve_on_call(found, await self.load_rosters(found.schedules), (), at)
        return duty._replace(people=await self._list_managers()) if duty.has_gap else duty

    async def find_gaps(self, department: Department, span: TimeSpan) -> tuple[TimeSpan, ...]:
        return (
            find_department_gaps(department, await self.load_rosters(department.schedules), span)
            if department.schedules
            else ()
        )

    async def list_callable_people(self, department: Department) -> tuple[str, ...]:
        """Everybody who may be called for a department: in the list, by a schedule's turns, or by somebody's change."""
        if not department.schedules:
            return department.on_call
        rosters = await self.load_rosters(department.schedules)
        found = [one for one in department.on_call if is_person(one)]
        for roster in rosters.values():
            found += roster.schedule.people
            found += [shift.person for shift in roster.booked]
            found += [one.person for one in roster.overrides]
        return tuple(dict.fromkeys(found))

    async def load_rosters(self, names: Iterable[str]) -> dict[str, ScheduleRoster]:
        return {name: known.roster for name, known in (await self.load_schedule_states(names)).items()}

    async def load_schedule_states(self, names: Iterable[str]) -> dict[str, ScheduleState]:
        """Those of these schedules that the playbook has. Raises `StoreUnavailable`."""
        schedules = {name: found for name in names if (found := self._schedules().get(name))}
        changes = await self._store.overrides.load(schedules)
        return {name: await self._load_schedule_state(found, changes[name]) for name, found in schedules.items()}

    async def _load_schedule_state(self, schedule: Schedule, changes: ScheduleOverrides) -> ScheduleState:
        booked = await self._store.calendars.load_shifts(schedule.name) if schedule.calendar else ()
        return ScheduleState(schedule, booked, changes)

    async def _list_managers(self) -> tuple[str, ...]:
        """In the playbook's order; the people of a user group by their ids."""
        people, _ = await resolve_people(self._directory, self._rules.managers)
        named = [one for one in self._rules.managers if one in people]
        return tuple(dict.fromkeys((*named, *sorted(people))))
