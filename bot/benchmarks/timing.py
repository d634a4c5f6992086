"""Measure times and summarize them. These clocks are read for nothing else."""

import asyncio
import math
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass

TICK = 0.001
"""Seconds between two looks at the event loop."""


@dataclass(slots=True)
class ElapsedTime:
    """Seconds of wall time, and of CPU in all threads of this process."""

    seconds: float = 0.0
    cpu: float = 0.0


@contextmanager
def measure_time() -> Iterator[ElapsedTime]:
    """Yield an object that is filled in when the block ends."""
    elapsed = ElapsedTime()
    wall, cpu = time.perf_counter(), time.process_time()
    yield elapsed
    elapsed.seconds, elapsed.cpu = time.perf_counter() - wall, time.process_time() - cpu


@asynccontextmanager
async def measure_delays() -> AsyncIterator[list[float]]:
    """Yield a list that is filled with the seconds for which the event loop kept other tasks waiting, each time."""
    holds: list[float] = []

    async def look() -> None:
        while True:
            began = time.perf_counter()
            await asyncio.sleep(TICK)
            holds.append(max(0.0, time.perf_counter() - began - TICK))

    looking = asyncio.create_task(look())
    try:
        yield holds
    finally:
        looking.cancel()
        with suppress(asyncio.CancelledError):
            await looking


def read_monotonic() -> float:
    """Return monotonic seconds; only differences have a meaning."""
    return time.perf_counter()


def compute_percentile(times: Sequence[float], percent: float) -> float:
    """Return the percentile by nearest rank, which is a time that really occurred."""
    ordered = sorted(times)
    return ordered[max(0, math.ceil(percent / 100 * len(ordered)) - 1)]
