"""Who is on call, from the playbook's schedules, their calendars and the overrides."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.domain.department import Department, is_person
from bot.domain.oncall.on_call import OnCallSnapshot, find_department_gaps, get_listed_on_call, resolve_on_call
from bot.domain.oncall.overrides import ScheduleOverrides, ScheduleState
from bot.domain.oncall.schedule import Schedule, ScheduleRoster
from bot.domain.periods import TimeSpan
from bot.domain.rules import PlaybookRules
from bot.store.store import Store
from bot.usecases.staff import GroupDirectory, resolve_people


@dataclass(frozen=True, slots=True)
class StoredOnCallLookup:
    """An `OnCallLookup` on the store. Nothing is read if the playbook names the people."""

    _store: Store
    _rules: PlaybookRules
    _schedules: Callable[[], Mapping[str, Schedule]]
    _directory: GroupDirectory

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
        on_call = resolve_on_call(found, await self.load_rosters(found.schedules), (), at)
        return on_call._replace(people=await self._list_managers()) if on_call.has_gap else on_call

    async def find_gaps(self, department: Department, span: TimeSpan) -> tuple[TimeSpan, ...]:
        if not department.schedules:
            return ()
        return find_department_gaps(department, await self.load_rosters(department.schedules), span)

    async def list_callable_people(self, department: Department) -> tuple[str, ...]:
        """Return all who may be paged for a department: by its list, a schedule, a calendar or an override."""
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
        """Return the schedules that the playbook knows, with their state. Raises `StoreUnavailable`."""
        schedules = {name: found for name in names if (found := self._schedules().get(name))}
        changes = await self._store.overrides.load(schedules)
        return {name: await self._load_schedule_state(found, changes[name]) for name, found in schedules.items()}

    async def _load_schedule_state(self, schedule: Schedule, changes: ScheduleOverrides) -> ScheduleState:
        booked = await self._store.calendars.load_shifts(schedule.name) if schedule.calendar else ()
        return ScheduleState(schedule, booked, changes)

    async def _list_managers(self) -> tuple[str, ...]:
        """Return the managers in the playbook's order; people of a user group follow, by id."""
        people, _ = await resolve_people(self._directory, self._rules.managers)
        named = [one for one in self._rules.managers if one in people]
        return tuple(dict.fromkeys((*named, *sorted(people))))
