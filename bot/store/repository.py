"""Base classes of the parts of the store; optimistic concurrency for records that several people change at once."""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime
from inspect import isawaitable
from typing import ClassVar, Generic, TypeVar

from bot.domain.errors import NotAllowed
from bot.store.client import RedisClient
from bot.store.keys import Keys
from bot.store.transaction import CommitResult

Record = TypeVar("Record")
Decided = TypeVar("Decided")

TRIES = 60
"""Attempts before giving up: of 50 people who press at once, the last one loses at most 49 races."""


class RedisStore:
    """A part of the store: commands over the one connection, on the keys of one brand."""

    def __init__(self, client: RedisClient, keys: Keys) -> None:
        self._client = client
        self._keys = keys

    async def _iter_names(self, kind: str) -> AsyncIterator[str]:
        """Yield the names of all keys of one kind: what follows `<kind>:`."""
        root = f"{self._keys.root}{kind}:"
        async for key in self._client.scan_keys(root):
            yield key.removeprefix(root)

    async def _iter_batches(self, kind: str, size: int = 100) -> AsyncIterator[list[str]]:
        """Yield the same names, some at a time."""
        batch = list[str]()
        async for name in self._iter_names(kind):
            batch.append(name)
            if len(batch) == size:
                yield batch
                batch = []
        if batch:
            yield batch


class Repository(RedisStore, ABC, Generic[Record, Decided]):
    """Optimistic concurrency: nothing is locked. On a version conflict the record is read and decided on again."""

    kind: ClassVar[str]

    @abstractmethod
    async def get(self, name: str) -> Record:
        """Return the record as it is now. Raises `NotAllowed` if it is gone, and `UnreadableRecordError`."""

    @abstractmethod
    async def commit(self, decision: Decided, at: datetime) -> CommitResult:
        """Write the decision. Return `STALE` if the record has changed since it was read."""

    async def change(
        self, name: str, decide: Callable[[Record], Decided | Awaitable[Decided]], at: datetime
    ) -> Decided:
        """Commit what `decide` makes of the current record, and return it.

        Errors of `decide` and `get` pass through. Raises `NotAllowed` if too many people change it at once.
        """
        decision = await self.change_if_needed(name, decide, at)
        assert decision is not None
        return decision

    async def change_if_needed(
        self, name: str, decide: Callable[[Record], Decided | Awaitable[Decided | None] | None], at: datetime
    ) -> Decided | None:
        """Do as `change`, but commit nothing if `decide` returns None."""
        for _ in range(TRIES):
            decision = decide(await self.get(name))
            if isawaitable(decision):
                decision = await decision
            if decision is None or await self.commit(decision, at) is not CommitResult.STALE:
                return decision
        raise NotAllowed(f"Too many people are changing this {self.kind} right now. Try again in a moment.")
