"""Who works in which department: the playbook's ids, with user groups taken apart into people."""

from typing import Protocol

from bot.domain.department import Department, Staff
from bot.usecases.directory import Directory, people_of


class OnCall(Protocol):
    async def callable(self, department: Department) -> tuple[str, ...]:
        """Everybody who may be called for a department."""


class Team:
    """Answers for one reading of the playbook."""

    def __init__(self, directory: Directory, on_call: OnCall) -> None:
        self._directory = directory
        self._on_call = on_call

    async def staff(self, department: Department, managers: tuple[str, ...]) -> Staff:
        """Whoever is called for a department may answer for it, also after her shift."""
        called = await self._on_call.callable(department)
        deputies, all_known = await people_of(self._directory, (*department.deputies, *called))
        managing, all_managers_known = await people_of(self._directory, managers)
        unsure = not (all_known and all_managers_known)
        return Staff(department=department.name, deputies=deputies, managers=managing, unsure=unsure)
