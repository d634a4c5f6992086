"""What turns a worker's step into a loop: stopping, resting, and the one net under everything."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from bot.clock import Clock
from bot.domain.commits import StoreUnavailable

log = structlog.get_logger("worker")

LONGEST_BACKOFF = 10.0
"""Seconds between tries when something is wrong."""
LONGEST_STORE_BACKOFF = 2.0
"""Seconds between tries while the store takes nothing: a failover is over in seconds, and everybody waits for it."""

STALLED_AFTER = timedelta(minutes=5)
"""Without a step that came to its end: longer than any step takes, whatever Slack and Redis do."""


class Liveness:
    """When each worker of this process last ended a step."""

    def __init__(self) -> None:
        self._last: dict[str, datetime] = {}
        self._probes: dict[str, Callable[[], bool]] = {}

    def record_step(self, worker: str, at: datetime) -> None:
        self._last[worker] = at

    def register_probe(self, worker: str, probe: Callable[[], bool], at: datetime) -> None:
        """One whose step does not end while all is well: it is asked, whenever somebody asks for those who are late."""
        self._probes[worker] = probe
        self.record_step(worker, at)

    def forget(self, worker: str) -> None:
        """It was told to end."""
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
        """Do what is there to do now; says how much that was."""

    def handle_failure(self, error: Exception) -> bool | None:
        """What was in hand raised this; it is tried again. True: the fault is its own, so that nobody need rest."""


async def run_worker(worker: Worker, clock: Clock, stop: asyncio.Event, pulse: Liveness | None = None) -> None:
    """Step until told to stop; what is in hand is finished first."""
    failures, pulse = 0, pulse or Liveness()
    pulse.record_step(worker.name, clock.now())
    while not stop.is_set():
        try:
            done = await worker.step()
        except StoreUnavailable as away:
            failures += 1
            if failures & (failures - 1) == 0:  # the first, second, fourth, …: each worker finds it out for itself
                log.warning("store unreachable", worker=worker.name, reason=str(away), failures=failures)
            await sleep_or_stop(min(LONGEST_STORE_BACKOFF, 0.25 * 2 ** min(failures, 8)), clock, stop)
            continue
        except Exception as error:
            failures += 1
            its_own = worker.handle_failure(error)
            log.exception("step failed", worker=worker.name, failures=failures)
            if its_own:
                await sleep_or_stop(0, clock, stop)
                continue
        else:
            failures = 0
            pulse.record_step(worker.name, clock.now())
            if not done:
                await sleep_or_stop(worker.idle, clock, stop)
            continue
        await sleep_or_stop(min(LONGEST_BACKOFF, 0.25 * 2 ** min(failures, 8)), clock, stop)


async def sleep_or_stop(seconds: float, clock: Clock, stop: asyncio.Event) -> None:
    """Sleep, and wake at once when told to stop."""
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
