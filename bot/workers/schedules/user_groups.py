"""Keep Slack user groups in sync with the person on call."""

from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Protocol

import structlog

from bot.domain.oncall.schedule import Schedule
from bot.domain.oncall.shifts import find_shift
from bot.sinks.delivery_errors import DeliveryUnknownError, NotSentError, RateLimitedError, SlackRejectedError
from bot.store.store import Store
from bot.workers.schedules.protocols import RosterLookup

RECHECK_INTERVAL = timedelta(hours=1)
"""Somebody may have changed the group by hand."""
RETRY_AFTER_REFUSAL = timedelta(minutes=10)
RETRY_AFTER_LOSS = timedelta(minutes=1)
_FIXES = MappingProxyType(
    {
        "missing_scope": "the scope usergroups:write is missing. In your app's settings, add it under OAuth & "
        "Permissions and install the app again.",
        "permission_denied": "this workspace lets only some people change user groups. An admin can let everybody, in "
        "the workspace's settings under Permissions.",
        "no_such_subteam": "there is no such user group. Correct its id in the playbook, or enable it in Slack.",
    }
)

log = structlog.get_logger("schedules")


class UserGroupSink(Protocol):
    async def list_members(self, group: str) -> frozenset[str]: ...

    async def set_members(self, group: str, people: tuple[str, ...]) -> None: ...


class GroupCache(Protocol):
    def forget(self, group: str) -> None:
        """Drop what is cached of this group."""


class UserGroupSync:
    """Asks Slack only if the person on call has changed, or once an hour."""

    def __init__(self, store: Store, sink: UserGroupSink, directory: GroupCache, rosters: RosterLookup) -> None:
        self._store = store
        self._sink = sink
        self._directory = directory
        self._rosters = rosters
        self._seen: dict[str, tuple[str, datetime]] = {}
        self._wait: dict[str, datetime] = {}

    async def step(self, at: datetime) -> int:
        """Return how many groups were changed."""
        wanted = [one for one in self._rosters.get_schedules().values() if one.user_group]
        rosters = await self._rosters.load_rosters(one.name for one in wanted)
        changed = 0
        for schedule in wanted:
            shift = find_shift(rosters[schedule.name], at)
            if shift is not None and self._needs_check(schedule.user_group, shift.person, at):
                changed += await self._sync_group(schedule, shift.person, at)
        return changed

    def _needs_check(self, group: str, person: str, at: datetime) -> bool:
        """Return whether the group may be out of date. In a gap the last person stays: Slack takes no empty group."""
        if at < self._wait.get(group, at):
            return False
        seen, then = self._seen.get(group, ("", at))
        return seen != person or abs(at - then) >= RECHECK_INTERVAL

    async def _sync_group(self, schedule: Schedule, person: str, at: datetime) -> bool:
        group = schedule.user_group
        try:
            changed = await self._set_member(group, person)
        except SlackRejectedError as no:
            self._wait[group] = at + RETRY_AFTER_REFUSAL
            why = _FIXES.get(no.error, f"Slack refuses it ({no.error}).")
            await self._report_group_issue(group, f"The user group {group} does not follow {schedule.name}: {why}")
            return False
        except (DeliveryUnknownError, RateLimitedError, NotSentError) as lost:
            wait = timedelta(seconds=lost.seconds) if isinstance(lost, RateLimitedError) else RETRY_AFTER_LOSS
            self._wait[group] = at + wait
            log.warning("user group not updated", group=group, reason=str(lost))
            return False
        self._seen[group] = (person, at)
        await self._report_group_issue(group, "")
        if changed:
            log.info("user group changed", group=group, schedule=schedule.name, person=person)
        return changed

    async def _set_member(self, group: str, person: str) -> bool:
        if await self._sink.list_members(group) == frozenset({person}):
            return False
        await self._sink.set_members(group, (person,))
        self._directory.forget(group)
        return True

    async def _report_group_issue(self, group: str, sentence: str) -> None:
        if await self._store.health_issues.save_issue(f"group:{group}", sentence) and sentence:
            log.error("user group refused", group=group, trouble=sentence)
