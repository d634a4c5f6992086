"""The staff of each department: ids of the playbook, with user groups resolved to people."""

import asyncio
from collections.abc import Iterable
from typing import Protocol

from bot.domain.department import Department, DepartmentStaff


class GroupDirectory(Protocol):
    """Where user groups are looked up."""

    async def list_members(self, group: str) -> frozenset[str] | None:
        """The people of a user group (`S…`). The last known ones if Slack does not answer; None if never known."""


class CallableLookup(Protocol):
    async def list_callable_people(self, department: Department) -> tuple[str, ...]:
        """Return all who may be paged for a department."""


class PeopleDirectory(GroupDirectory, Protocol):
    async def find_name(self, person: str) -> str:
        """Return the name as Slack shows it; empty if Slack does not say."""


NAMES_TIMEOUT = 1.0
"""A form has to open within the three seconds of Slack's trigger."""


class StaffDirectory:
    """Resolves who may act for a department."""

    def __init__(self, directory: PeopleDirectory, on_call: CallableLookup) -> None:
        self._directory = directory
        self._on_call = on_call

    async def load_staff(self, department: Department, managers: tuple[str, ...]) -> DepartmentStaff:
        """Return the staff; all who may be paged for a department count as deputies, also off shift."""
        called = await self._on_call.list_callable_people(department)
        deputies, all_known = await resolve_people(self._directory, (*department.deputies, *called))
        managing, all_managers_known = await resolve_people(self._directory, managers)
        unsure = not (all_known and all_managers_known)
        return DepartmentStaff(department=department.name, deputies=deputies, managers=managing, unsure=unsure)

    async def list_names(self, people: Iterable[str]) -> list[tuple[str, str]]:
        """Return ids with names, by name; empty if one of the names is not known in time."""
        wanted = tuple(people)
        try:
            async with asyncio.timeout(NAMES_TIMEOUT):
                found = await asyncio.gather(*(self._directory.find_name(one) for one in wanted))
        except TimeoutError:
            return []
        named = sorted(zip(wanted, found, strict=True), key=lambda one: (one[1].casefold(), one[0]))
        return named if all(found) else []


async def resolve_people(directory: GroupDirectory, ids: Iterable[str]) -> tuple[frozenset[str], bool]:
    """Those who are known, and whether they are all."""
    wanted = tuple(ids)
    groups = {one: await directory.list_members(one) for one in wanted if one.startswith("S")}
    found = {one for one in wanted if one not in groups}
    for members in groups.values():
        found |= members or frozenset()
    return frozenset(found), None not in groups.values()
