"""An on-call lookup of the people whom the playbook names, and of those whom a test puts on call."""

from datetime import datetime
from typing import Protocol

from bot.domain.department import Department, DepartmentStaff
from bot.domain.oncall.on_call import OnCallSnapshot, get_listed_on_call
from bot.domain.periods import TimeSpan


class DepartmentFinder(Protocol):
    def find_department(self, name: str) -> Department | None: ...


class FakeOnCallLookup:
    """`now` goes before the lists."""

    def __init__(self, rules: DepartmentFinder | None = None) -> None:
        self._rules = rules
        self.now: dict[str, OnCallSnapshot] = {}
        self.asked = 0

    async def find_on_call(self, department: str, at: datetime) -> OnCallSnapshot:  # noqa: ARG002 - of a test that winds no clock
        self.asked += 1
        found = self._rules.find_department(department) if self._rules else None
        return self.now.get(department) or (get_listed_on_call(found) if found else None) or OnCallSnapshot()

    async def find_gaps(self, department: Department, span: TimeSpan) -> tuple[TimeSpan, ...]:  # noqa: ARG002 - lists have none
        return ()

    async def list_callable_people(self, department: Department) -> tuple[str, ...]:
        return (*department.on_call, *self.now.get(department.name, OnCallSnapshot()).people)


class ListedStaff:
    """A staff lookup of the people whom the playbook names; there are no user groups."""

    async def load_staff(self, department: Department, managers: tuple[str, ...]) -> DepartmentStaff:
        return DepartmentStaff(
            department=department.name, deputies=frozenset(department.deputies), managers=frozenset(managers)
        )

    async def find_role_loss(self, person: str, managers: tuple[str, ...]) -> bool:
        return person not in managers
