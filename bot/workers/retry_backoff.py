"""Exponential backoff for a single item, so that its worker goes on with the others."""

import asyncio
from collections.abc import Awaitable
from datetime import datetime, timedelta

import structlog

from bot.clock import Clock
from bot.domain.commits import StoreUnavailable
from bot.store.fencing import LeaseLostError

FIRST_BACKOFF = timedelta(seconds=1)
LONGEST_BACKOFF = timedelta(minutes=1)

log = structlog.get_logger("worker")


class RetryBackoff:
    def __init__(self, worker: str, clock: Clock) -> None:
        self._worker = worker
        self._clock = clock
        self._until: dict[str, tuple[int, datetime]] = {}

    def __len__(self) -> int:
        return len(self._until)

    def is_waiting(self, name: str) -> bool:
        """Return whether it failed and is not to be tried again yet."""
        return name in self._until and self._until[name][1] > self._clock.now()

    async def run_guarded(self, name: str, action: Awaitable[int | None]) -> int:
        """Return the result, or 0 if it failed. Raises `StoreUnavailable` and `LeaseLostError`: no item's own fault."""
        [result] = await asyncio.gather(action, return_exceptions=True)
        if not isinstance(result, BaseException):
            self._until.pop(name, None)
            return result or 0
        if isinstance(result, StoreUnavailable | LeaseLostError) or not isinstance(result, Exception):
            raise result
        tries = self._until[name][0] if name in self._until else 0
        self._until[name] = tries + 1, self._clock.now() + min(FIRST_BACKOFF * 2 ** min(tries, 8), LONGEST_BACKOFF)
        log.error("item failed", worker=self._worker, thing=name, tries=tries + 1, exc_info=result)
        return 0
