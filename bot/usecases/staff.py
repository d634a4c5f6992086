"""The staff of each department: ids of the playbook, with user groups resolved to people."""

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from bot.clock import Clock
from bot.domain.department import Department, DepartmentStaff
from bot.domain.errors import NotAllowed
from bot.domain.lifecycle import DEPUTIES_UNKNOWN
from bot.domain.paging.contact_methods import ContactDetails
from bot.domain.roles import RoleGrant, apply_point
from bot.domain.text import format_people
from bot.store.roles import RoleStore


class GroupDirectory(Protocol):
    """Where user groups are looked up."""

    async def list_members(self, group: str) -> frozenset[str] | None:
        """The people of a user group (`S…`). The last known ones if Slack does not answer; None if never known."""


class CallableLookup(Protocol):
    async def list_callable_people(self, department: Department) -> tuple[str, ...]:
        """Return all who may be paged for a department."""


class PeopleDirectory(GroupDirectory, Protocol):
    async def is_active(self, person: str) -> bool:
        """Return False for a person who has left; True if Slack does not say."""

    async def find_name(self, person: str) -> str:
        """Return the name as Slack shows it; empty if Slack does not say."""

    async def find_display_name(self, person: str) -> str:
        """Return the name behind the @ of a mention; empty if Slack does not say."""


NAMES_TIMEOUT = 1.0
"""A form has to open within the three seconds of Slack's trigger."""
NAMELESS = "A colleague"


@dataclass(frozen=True, slots=True)
class RoleLookup:
    """The roles that were given in Slack, as they are at this moment, and names."""

    _store: RoleStore
    _directory: PeopleDirectory
    _get_contact: Callable[[str], ContactDetails]
    _clock: Clock

    async def list_deputies(self, department: Department) -> tuple[RoleGrant, ...]:
        return (await self._store.load()).list_deputies(department.name, self._clock.now())

    async def resolve_point(self, department: Department) -> Department:
        return (await self.resolve_points((department,)))[0]

    async def resolve_points(self, departments: Iterable[Department]) -> list[Department]:
        """Return the departments with their point persons. A name that Slack does not give is empty."""
        register, at = await self._store.load(), self._clock.now()
        return [await self._find_point_name(apply_point(one, register, at)) for one in departments]

    async def _find_point_name(self, department: Department) -> Department:
        if not department.point:
            return department
        return department.copy_with(point_name=await self.find_name(department.point))

    async def find_name(self, person: str) -> str:
        """Return the name in the playbook, or as Slack shows it; empty if neither says."""
        return self._get_contact(person).name or await self._directory.find_name(person)

    async def find_display_name(self, person: str) -> str:
        """Return the name behind the @ of a mention, for where that would notify them; empty if Slack does not say."""
        return await self._directory.find_display_name(person)


class StaffDirectory:
    """Resolves who may act for a department."""

    def __init__(self, directory: PeopleDirectory, on_call: CallableLookup, roles: RoleLookup) -> None:
        self._directory = directory
        self._on_call = on_call
        self._roles = roles

    async def is_manager(self, by: str, managers: tuple[str, ...]) -> bool:
        return by in (await resolve_people(self._directory, managers))[0]

    async def find_role_loss(self, person: str, managers: tuple[str, ...]) -> bool | None:
        """Return whether a person is no manager any more, or has left; None if Slack does not say now."""
        managing, all_known = await resolve_people(self._directory, managers)
        if person in managing:
            return not await self._directory.is_active(person)
        return True if all_known else None

    async def check_manager(self, by: str, managers: tuple[str, ...], what: str) -> None:
        """Raise `NotAllowed` with `Only managers <what>` for anybody else."""
        managing, all_known = await resolve_people(self._directory, managers)
        if by in managing:
            return
        if not all_known:
            raise NotAllowed(DEPUTIES_UNKNOWN)
        who = format_people(managing) or "the people who keep the playbook"
        raise NotAllowed(f"Only managers {what}. Ask {who}.")

    async def load_staff(self, department: Department, managers: tuple[str, ...]) -> DepartmentStaff:
        """Return the staff. Deputies are the playbook's, those made one in Slack, and all who may be paged for it."""
        called = await self._on_call.list_callable_people(department)
        grants = await self._roles.list_deputies(department)
        invited = {one.person for one in grants if department.deputies_accept and not one.accepted_at}
        named = (one.person for one in grants if one.person not in invited)
        deputies, all_known = await resolve_people(self._directory, (*department.deputies, *named, *called))
        managing, all_managers_known = await resolve_people(self._directory, managers)
        unsure = not (all_known and all_managers_known)
        return DepartmentStaff(
            department=department.name,
            deputies=deputies,
            managers=managing,
            unsure=unsure,
            invited=frozenset(invited) - deputies,
        )

    async def resolve_point(self, department: Department) -> Department:
        return await self._roles.resolve_point(department)

    async def find_name(self, person: str) -> str:
        """Return the name for people outside of Slack, where an id means nothing; `A colleague` if it is not known."""
        return await self.find_plain_name(person) or NAMELESS

    async def find_plain_name(self, person: str) -> str:
        """Return the name for where a mention would notify them; empty if it is not known in time."""
        with suppress(TimeoutError):
            async with asyncio.timeout(NAMES_TIMEOUT):
                return await self._roles.find_name(person)
        return ""

    async def find_display_name(self, person: str) -> str:
        """Return the name behind the @ of a mention; empty if it is not known in time."""
        with suppress(TimeoutError):
            async with asyncio.timeout(NAMES_TIMEOUT):
                return await self._roles.find_display_name(person)
        return ""

    async def list_playbook_deputies(self, department: Department) -> frozenset[str]:
        """Return the people whom the playbook names, with the known people of its user groups."""
        return (await resolve_people(self._directory, department.deputies))[0]

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
