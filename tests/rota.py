"""A rota of those whom the playbook names, and of whomever a test puts on call."""

from datetime import datetime
from typing import Protocol

from bot.domain.department import Department
from bot.domain.schedules.duty import Duty, listed_duty
from bot.domain.spans import Span


class Departments(Protocol):
    def department(self, name: str) -> Department | None: ...


class ListedRota:
    """`now` goes before the lists."""

    def __init__(self, rules: Departments | None = None) -> None:
        self._rules = rules
        self.now: dict[str, Duty] = {}
        self.asked = 0

    async def duty(self, department: str, at: datetime) -> Duty:  # noqa: ARG002 - of a test that winds no clock
        self.asked += 1
        found = self._rules.department(department) if self._rules else None
        return self.now.get(department) or (listed_duty(found) if found else None) or Duty()

    async def holes(self, department: Department, span: Span) -> tuple[Span, ...]:  # noqa: ARG002 - lists have none
        return ()

    async def callable(self, department: Department) -> tuple[str, ...]:
        return (*department.on_call, *self.now.get(department.name, Duty()).people)
