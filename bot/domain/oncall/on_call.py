"""Who is on call at a given time."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple, Protocol

from bot.domain.department import Department, is_person
from bot.domain.oncall.schedule import ScheduleRoster
from bot.domain.oncall.shifts import find_next_change, find_schedule_gaps, find_shift
from bot.domain.periods import TimeSpan


class OnCallSnapshot(NamedTuple):
    """`people` are Slack user ids in the order in which they are called; the first is on call now."""

    people: tuple[str, ...] = ()
    until: datetime | None = None
    """When this changes, in UTC. None: never by itself."""
    has_gap: bool = False
    """The schedule has nobody now: `people` are those called instead."""
    schedule: str = ""
    """The schedule's name; empty if the playbook names the people."""
    zone: str = ""


class OnCallLookup(Protocol):
    """Do not cache the answers: the playbook, an override or a calendar may change."""

    async def find_on_call(self, department: str, at: datetime) -> OnCallSnapshot:
        """Return nobody, without a gap, for an unknown department. Raises `StoreUnavailable`."""


class GapLookup(OnCallLookup, Protocol):
    async def find_gaps(self, department: Department, span: TimeSpan) -> tuple[TimeSpan, ...]:
        """Return the parts of a span without anybody on call. Raises `StoreUnavailable`."""


def get_listed_on_call(department: Department) -> OnCallSnapshot | None:
    """Return the people named in the playbook, or None if a schedule has to be read."""
    return None if department.schedules else OnCallSnapshot(department.on_call)


def resolve_on_call(
    department: Department, rosters: Mapping[str, ScheduleRoster], managers: Iterable[str], at: datetime
) -> OnCallSnapshot:
    """Return, for each entry of `on_call`, the person or who is on call in the schedule; if nobody, the managers."""
    asked = [rosters[name] for name in department.schedules if name in rosters]
    if not asked:
        return OnCallSnapshot(tuple(one for one in department.on_call if is_person(one)))
    found: list[str] = []
    for entry in department.on_call:
        if is_person(entry):
            found.append(entry)
        elif entry in rosters and (shift := find_shift(rosters[entry], at)):
            found.append(shift.person)
    changes = [change for roster in asked if (change := find_next_change(roster, at))]
    people = tuple(dict.fromkeys(found))
    first, until = asked[0].schedule, min(changes, default=None)
    return OnCallSnapshot(people or tuple(managers), until, not people, first.name, first.zone)


def find_department_gaps(
    department: Department, rosters: Mapping[str, ScheduleRoster], span: TimeSpan
) -> tuple[TimeSpan, ...]:
    """Return the parts of a span without anybody on call; a person in the list always is."""
    asked = [rosters[name] for name in department.schedules if name in rosters]
    if not asked or any(map(is_person, department.on_call)):
        return ()
    left: tuple[TimeSpan, ...] = (span,)
    for roster in asked:
        left = tuple(gap for part in left for gap in find_schedule_gaps(roster, part))
    return left
