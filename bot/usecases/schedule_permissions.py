"""Which schedule a person means, and whether they may change it."""

import html
from typing import NamedTuple

from bot.domain.commits import NotAllowed
from bot.domain.department import Department
from bot.domain.lifecycle import DEPUTIES_UNKNOWN
from bot.domain.oncall.schedule import Schedule
from bot.domain.rules import PlaybookRules
from bot.usecases.on_call_lookup import StoredOnCallLookup
from bot.usecases.staff import StaffDirectory

NO_SCHEDULE = (
    "You aren't in any schedule, so you have no shift to change. "
    "Ask somebody in the schedule, a deputy of the department or a manager."
)


class ResolvedSchedule(NamedTuple):
    """`rest` is what was typed besides the schedule's name."""

    schedule: Schedule
    departments: tuple[Department, ...]
    rest: str = ""


class ScheduleRights(NamedTuple):
    """`unsure`: Slack does not say who is in a user group, so that a no may be wrong."""

    can_change: bool
    is_manager: bool
    unsure: bool


class SchedulePermissions:
    def __init__(self, on_call: StoredOnCallLookup, rules: PlaybookRules, staff: StaffDirectory) -> None:
        self._on_call = on_call
        self._rules = rules
        self._staff = staff

    def find_departments(self, schedule: Schedule) -> tuple[Department, ...]:
        return tuple(one for one in self._rules.list_departments() if schedule.name in one.schedules)

    async def resolve_schedule(self, by: str, words: str) -> ResolvedSchedule:
        """Return the named schedule, or the only one that the person may change. Raises `NotAllowed`."""
        schedules = self._on_call.get_schedules()
        if not schedules:
            raise NotAllowed(
                "The playbook has no schedules. Its departments list who is on call. "
                "An admin can add one. `earshot playbook` shows how."
            )
        named, rest = self._match_name(html.unescape(words))
        if named:
            allowed = [one for one in named if (await self.load_rights(by, schedules[one])).can_change]
            if not allowed:
                await self.check(by, schedules[named[0]])
        else:
            rights = {name: await self.load_rights(by, one) for name, one in schedules.items()}
            allowed = [name for name, one in rights.items() if one.can_change]
            if not allowed:
                raise NotAllowed(DEPUTIES_UNKNOWN if any(one.unsure for one in rights.values()) else NO_SCHEDULE)
        if len(allowed) > 1:
            names = ", ".join(f"`{name}`" for name in allowed)
            raise NotAllowed(f"Which schedule? Add its name: {names}.")
        found = schedules[allowed[0]]
        return ResolvedSchedule(found, self.find_departments(found), rest)

    def _match_name(self, words: str) -> tuple[list[str], str]:
        """Return the schedules of the longest name at the start or end of the words, and the other words."""
        folded = words.casefold().strip()
        names = {name: [name] for name in self._on_call.get_schedules()}
        for department in self._rules.list_departments():
            names.setdefault(department.name, list(department.schedules))
        for name in sorted(names, key=len, reverse=True):
            wanted = name.casefold()
            if folded == wanted or folded.startswith(f"{wanted} "):
                return self._require_schedules(name, names[name]), words.strip()[len(name) :].strip()
            if folded.endswith(f" {wanted}"):
                return self._require_schedules(name, names[name]), words.strip()[: -len(name)].strip()
        return [], words.strip()

    def _require_schedules(self, name: str, schedules: list[str]) -> list[str]:
        if not schedules:
            raise NotAllowed(
                f"{name} has no schedule, so there is nothing to change. The playbook lists who is on call."
            )
        return schedules

    async def load_rights(self, by: str, schedule: Schedule) -> ScheduleRights:
        """Return what the person may do: people of the schedule, deputies and managers may change it."""
        departments = self.find_departments(schedule) or (Department(name=schedule.name, channel=""),)
        staff = [await self._staff.load_staff(one, self._rules.managers) for one in departments]
        may = by in schedule.people or any(one.can_answer(by) for one in staff)
        return ScheduleRights(may, any(one.is_manager(by) for one in staff), any(one.unsure for one in staff))

    async def check(self, by: str, schedule: Schedule, subject_phrase: str = "You aren't") -> ScheduleRights:
        """Raise `NotAllowed` if the person may not change this schedule, or be put on it."""
        rights = await self.load_rights(by, schedule)
        if rights.can_change:
            return rights
        if rights.unsure:
            raise NotAllowed(DEPUTIES_UNKNOWN)
        raise NotAllowed(
            f"{subject_phrase} in the schedule {schedule.name} or a deputy of its department. "
            "Ask somebody in the schedule, a deputy or a manager."
        )
