"""Run a worker's steps in a loop: stop, rest between steps, back off after failures."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from bot.clock import Clock
from bot.domain.commits import StoreUnavailable

log = structlog.get_logger("worker")

LONGEST_BACKOFF = 10.0
"""Seconds between tries after failures."""
LONGEST_STORE_BACKOFF = 2.0
"""Seconds between tries while the store is unavailable: a failover is over in seconds."""
STALLED_AFTER = timedelta(minutes=5)
"""Longer than any step takes, whatever Slack and Redis do."""


class Liveness:
    """When each worker of this process last completed a step."""

    def __init__(self) -> None:
        self._last: dict[str, datetime] = {}
        self._probes: dict[str, Callable[[], bool]] = {}

    def record_step(self, worker: str, at: datetime) -> None:
        self._last[worker] = at

    def register_probe(self, worker: str, probe: Callable[[], bool], at: datetime) -> None:
        """Register a probe for a worker whose step does not end while it is healthy."""
        self._probes[worker] = probe
        self.record_step(worker, at)

    def forget(self, worker: str) -> None:
        self._probes.pop(worker, None)
        self._last.pop(worker, None)

    def list_stalled(self, at: datetime) -> tuple[str, ...]:
        for worker in [worker for worker, alive in self._probes.items() if alive()]:
            self.record_step(worker, at)
        return tuple(sorted(worker for worker, last in self._last.items() if at - last > STALLED_AFTER))


class Worker(Protocol):
    name: str
    idle: float
    """Seconds to rest when there was nothing to do."""

    async def step(self) -> int:
        """Do what is due; return how much that was."""

    def handle_failure(self, error: Exception) -> bool:  # noqa: ARG002 - only some workers have work in hand
        """Handle an error of `step`; return True if the next step should follow without a backoff."""
        return False


async def run_worker(worker: Worker, clock: Clock, stop: asyncio.Event, liveness: Liveness | None = None) -> None:
    """Run steps until told to stop; a step that has begun is finished."""
    failures, liveness = 0, liveness or Liveness()
    liveness.record_step(worker.name, clock.now())
    while not stop.is_set():
        try:
            done = await worker.step()
        except StoreUnavailable as away:
            failures += 1
            if failures & (failures - 1) == 0:  # the first, second, fourth, …
                log.warning("store unreachable", worker=worker.name, reason=str(away), failures=failures)
            await sleep_or_stop(min(LONGEST_STORE_BACKOFF, 0.25 * 2 ** min(failures, 8)), clock, stop)
            continue
        except Exception as error:
            failures += 1
            retry_now = worker.handle_failure(error)
            log.exception("step failed", worker=worker.name, failures=failures)
            if retry_now:
                await sleep_or_stop(0, clock, stop)
                continue
        else:
            failures = 0
            liveness.record_step(worker.name, clock.now())
            if not done:
                await sleep_or_stop(worker.idle, clock, stop)
            continue
        await sleep_or_stop(min(LONGEST_BACKOFF, 0.25 * 2 ** min(failures, 8)), clock, stop)


async def sleep_or_stop(seconds: float, clock: Clock, stop: asyncio.Event) -> None:
    """Sleep; return early when told to stop."""
    if seconds <= 0:
        await asyncio.sleep(0)
        return
    sleeping = asyncio.ensure_future(clock.sleep(seconds))
    stopping = asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait({sleeping, stopping}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (sleeping, stopping):
            task.cancel()
        await asyncio.gather(sleeping, stopping, return_exceptions=True)
