"""Who works in which department: the playbook's ids, with user groups taken apart into people."""

from typing import Protocol

from bot.domain.department import Department, Staff


class Directory(Protocol):
    """Where user groups are looked up."""

    async def members(self, group: str) -> frozenset[str]:
        """The people of a user group (`S…`). The last known ones if Slack does not answer; empty if never known."""


class Team:
    """Answers for one reading of the playbook."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    async def staff(self, department: Department, managers: tuple[str, ...]) -> Staff:
        """Whoever is called for a department may answer for it."""
        return Staff(
            department=department.name,
            deputies=await self.people((*department.deputies, *department.on_call)),
            managers=await self.people(managers),
        )

    async def people(self, ids: tuple[str, ...]) -> frozenset[str]:
        found: set[str] = set()
        for one in ids:
            found |= await self._directory.members(one) if one.startswith("S") else {one}
        return frozenset(found)
