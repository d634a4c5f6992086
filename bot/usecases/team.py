"""Who works in which department: the playbook's ids, with user groups taken apart into people."""

from typing import Protocol

from bot.domain.department import Department, Staff


class Directory(Protocol):
    """Where user groups are looked up."""

    async def members(self, group: str) -> frozenset[str] | None:
        """The people of a user group (`S…`). The last known ones if Slack does not answer; None if never known."""


class Team:
    """Answers for one reading of the playbook."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    async def staff(self, department: Department, managers: tuple[str, ...]) -> Staff:
        """Whoever is called for a department may answer for it."""
        deputies, all_known = await self._people((*department.deputies, *department.on_call))
        managing, all_managers_known = await self._people(managers)
        unsure = not (all_known and all_managers_known)
        return Staff(department=department.name, deputies=deputies, managers=managing, unsure=unsure)

    async def _people(self, ids: tuple[str, ...]) -> tuple[frozenset[str], bool]:
        """Those who are known, and whether they are all."""
        groups = {one: await self._directory.members(one) for one in ids if one.startswith("S")}
        found = {one for one in ids if one not in groups}
        for members in groups.values():
            found |= members or frozenset()
        return frozenset(found), None not in groups.values()
