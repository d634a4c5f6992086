"""The log of changes in the workspace, with subscriptions."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Self
from weakref import WeakSet

from bot.slack_sandbox.slack_errors import Json


class ChangeKind(StrEnum):
    POSTED = "posted"
    EDITED = "edited"
    DELETED = "deleted"
    EPHEMERAL = "ephemeral"
    REACTED = "reacted"
    VIEW_OPENED = "view_opened"
    VIEW_UPDATED = "view_updated"
    VIEW_CLOSED = "view_closed"
    HOME_PUBLISHED = "home_published"
    CALL = "call"
    REJECTED = "rejected"
    DELIVERED = "delivered"
    OPERATION_TIMEOUT = "operation_timeout"
    DISPATCH_FAILED = "dispatch_failed"
    CHANNEL_CHANGED = "channel_changed"
    GROUP_CHANGED = "group_changed"
    SOCKET = "socket"
    READ = "read"


@dataclass(frozen=True)
class WorkspaceChange:
    number: int
    kind: ChangeKind
    at: float
    channel: str = ""
    ts: str = ""
    user: str = ""
    facts: Json = field(default_factory=dict)


class ChangeSubscription:
    """An async iterator over the changes from now on; it ends with its last reference."""

    def __init__(self) -> None:
        self.queue: asyncio.Queue[WorkspaceChange] = asyncio.Queue()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> WorkspaceChange:
        return await self.queue.get()


class ChangeLog:
    """An append-only log. Subscribers get only later changes; earlier ones are in `changes`."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._listeners: WeakSet[ChangeSubscription] = WeakSet()
        self.changes: list[WorkspaceChange] = []

    def add(self, kind: ChangeKind, *, channel: str = "", ts: str = "", user: str = "", **facts: object) -> None:
        change = WorkspaceChange(len(self.changes), kind, self._now(), channel, ts, user, dict(facts))
        self.changes.append(change)
        for listener in self._listeners:
            listener.queue.put_nowait(change)

    def list_by_kind(self, kind: str) -> list[WorkspaceChange]:
        return [change for change in self.changes if change.kind == kind]

    def subscribe(self) -> ChangeSubscription:
        subscription = ChangeSubscription()
        self._listeners.add(subscription)
        return subscription

    async def wait_until(self, condition: Callable[[], object], within: float) -> None:
        """Wait for changes until the condition holds; raise TimeoutError after `within` real seconds."""
        changes = self.subscribe()
        async with asyncio.timeout(within):
            while not condition():
                await anext(changes)
