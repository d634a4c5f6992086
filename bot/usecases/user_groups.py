"""Who is meant by the playbook's ids: people, and the people of user groups."""

from collections.abc import Iterable
from typing import Protocol


class GroupDirectory(Protocol):
    """Where user groups are looked up."""

    async def list_members(self, group: str) -> frozenset[str] | None:
        """The people of a user group (`S…`). The last known ones if Slack does not answer; None if never known."""


async def resolve_people(directory: GroupDirectory, ids: Iterable[str]) -> tuple[frozenset[str], bool]:
    """Those who are known, and whether they are all."""
    wanted = tuple(ids)
    groups = {one: await directory.list_members(one) for one in wanted if one.startswith("S")}
    found = {one for one in wanted if one not in groups}
    for members in groups.values():
        found |= members or frozenset()
    return frozenset(found), None not in groups.values()
