"""Slack user groups, kept equal to whoever is on call."""

from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Protocol

import structlog

from bot.domain.schedules.schedule import Schedule
from bot.domain.schedules.shifts import find_shift
from bot.sinks.outcomes import Ambiguous, RateLimited, Rejected, Unsent
from bot.store.opening import Store
from bot.workers.schedules.parts import Rosters

LOOKED_AGAIN = timedelta(hours=1)
"""Somebody may have changed the group by hand."""
REFUSED = timedelta(minutes=10)
LOST = timedelta(minutes=1)
_MEND = MappingProxyType(
    {
        "missing_scope": "the scope usergroups:write is missing. In your app's settings, add it under OAuth & "
        "Permissions and install the app again.",
        "permission_denied": "this workspace lets only some people change user groups. An admin can let everybody, in "
        "the workspace's settings under Permissions.",
        "no_such_subteam": "there is no such user group. Correct its id in the playbook, or enable it in Slack.",
    }
)

log = structlog.get_logger("schedules")


class GroupSink(Protocol):
    async def members(self, group: str) -> frozenset[str]: ...

    async def set_members(self, group: str, people: tuple[str, ...]) -> None: ...


class Forgets(Protocol):
    def forget(self, group: str) -> None:
        """What was known of this group is old."""


class Groups:
    """Asks Slack only where the person differs from the one we saw there, or once an hour."""

    def __init__(self, store: Store, sink: GroupSink, directory: Forgets, rosters: Rosters) -> None:
        self._store = store
        self._sink = sink
        self._directory = directory
        self._rosters = rosters
        self._seen: dict[str, tuple[str, datetime]] = {}
        self._wait: dict[str, datetime] = {}

    async def step(self, at: datetime) -> int:
        """How many groups were changed."""
        wanted = [one for one in self._rosters.schedules().values() if one.user_group]
        rosters = await self._rosters.rosters(one.name for one in wanted)
        changed = 0
        for schedule in wanted:
            shift = find_shift(rosters[schedule.name], at)
            if shift is not None and self._unsure(schedule.user_group, shift.person, at):
                changed += await self._keep(schedule, shift.person, at)
        return changed

    def _unsure(self, group: str, person: str, at: datetime) -> bool:
        """Whether it may be anything else. In a hole whoever was last stays: Slack takes no empty group."""
        if at < self._wait.get(group, at):
            return False
        seen, then = self._seen.get(group, ("", at))
        return seen != person or abs(at - then) >= LOOKED_AGAIN

    async def _keep(self, schedule: Schedule, person: str, at: datetime) -> bool:
        group = schedule.user_group
        try:
            changed = await self._set(group, person)
        except Rejected as no:
            self._wait[group] = at + REFUSED
            why = _MEND.get(no.error, f"Slack refuses it ({no.error}).")
            await self._tell(group, f"The user group {group} is not kept equal to {schedule.name}: {why}")
            return False
        except (Ambiguous, RateLimited, Unsent) as lost:
            wait = timedelta(seconds=lost.seconds) if isinstance(lost, RateLimited) else LOST
            self._wait[group] = at + wait
            log.warning("user group not kept", group=group, reason=str(lost))
            return False
        self._seen[group] = (person, at)
        await self._tell(group, "")
        if changed:
            log.info("user group changed", group=group, schedule=schedule.name, person=person)
        return changed

    async def _set(self, group: str, person: str) -> bool:
        if await self._sink.members(group) == frozenset({person}):
            return False
        await self._sink.set_members(group, (person,))
        self._directory.forget(group)
        return True

    async def _tell(self, group: str, sentence: str) -> None:
        if await self._store.health_issues.save_issue(f"group:{group}", sentence) and sentence:
            log.error("user group refused", group=group, trouble=sentence)
