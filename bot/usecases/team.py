"""Who works in which department: the playbook's ids, with user groups taken apart into people."""

import asyncio
from collections.abc import Iterable
from typing import Protocol

from bot.domain.department import Department, DepartmentStaff
from bot.usecases.directory import Directory, people_of


class OnCall(Protocol):
    async def callable(self, department: Department) -> tuple[str, ...]:
        """Everybody who may be called for a department."""


class Names(Directory, Protocol):
    async def name(self, person: str) -> str:
        """As Slack shows it; empty where Slack does not say."""


SECONDS_FOR_NAMES = 1.0
"""A form has to open within the three seconds of Slack's trigger."""


class Team:
    """Answers for one reading of the playbook."""

    def __init__(self, directory: Names, on_call: OnCall) -> None:
        self._directory = directory
        self._on_call = on_call

    async def staff(self, department: Department, managers: tuple[str, ...]) -> DepartmentStaff:
        """Whoever is called for a department may answer for it, also after her shift."""
        called = await self._on_call.callable(department)
        deputies, all_known = await people_of(self._directory, (*department.deputies, *called))
        managing, all_managers_known = await people_of(self._directory, managers)
        unsure = not (all_known and all_managers_known)
        return DepartmentStaff(department=department.name, deputies=deputies, managers=managing, unsure=unsure)

    async def names(self, people: Iterable[str]) -> list[tuple[str, str]]:
        """Each id with its name, by name; empty where one of the names is not to be had in time."""
        wanted = tuple(people)
        try:
            async with asyncio.timeout(SECONDS_FOR_NAMES):
                found = await asyncio.gather(*(self._directory.name(one) for one in wanted))
        except TimeoutError:
            return []
        named = sorted(zip(wanted, found, strict=True), key=lambda one: (one[1].casefold(), one[0]))
        return named if all(found) else []
