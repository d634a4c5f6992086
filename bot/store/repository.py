"""Records that several people and workers change at once: read, decided on, committed."""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from datetime import datetime
from inspect import isawaitable
from typing import ClassVar, Generic, TypeVar

from bot.domain.errors import NotAllowed
from bot.store.transaction import CommitResult

Record = TypeVar("Record")
Decided = TypeVar("Decided")

TRIES = 60
"""Lost races before we give up: of fifty who press at once, the last sees forty-nine others commit at the most."""


class Repository(ABC, Generic[Record, Decided]):
    """Optimistic concurrency: nothing is locked, and whoever commits too late reads again and decides again."""

    kind: ClassVar[str]

    @abstractmethod
    async def get(self, name: str) -> Record:
        """Raises `NotAllowed` where it is gone, `UnreadableRecordError`."""

    @abstractmethod
    async def commit(self, decision: Decided, at: datetime) -> CommitResult:
        """`STALE` where the record is not what was read any more."""

    async def change(
        self, name: str, decide: Callable[[Record], Decided | Awaitable[Decided]], at: datetime
    ) -> Decided:
        """Commit what `decide` makes of the record as it is now, and return it.

        What `decide` refuses goes up untouched. Raises as `get`, and `NotAllowed` where too many change it at once.
        """
        decision = await self.change_if_needed(name, decide, at)
        assert decision is not None
        return decision

    async def change_if_needed(
        self, name: str, decide: Callable[[Record], Decided | Awaitable[Decided] | None], at: datetime
    ) -> Decided | None:
        """As `change`; nothing is committed where `decide` returns None."""
        for _ in range(TRIES):
            decision = decide(await self.get(name))
            if isawaitable(decision):
                decision = await decision
            if decision is None or await self.commit(decision, at) is not CommitResult.STALE:
                return decision
        raise NotAllowed(f"Too many people are changing this {self.kind} right now. Try again in a moment.")
