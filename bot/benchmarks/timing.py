"""How long something took, and what of many such times is told. Measuring is all that these clocks are read for."""

import math
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(slots=True)
class ElapsedTime:
    """Seconds that passed, and seconds for which this process (all its threads) had a core."""

    seconds: float = 0.0
    cpu: float = 0.0


@contextmanager
def measure_time() -> Iterator[ElapsedTime]:
    """Filled in when the block is left."""
    took = ElapsedTime()
    wall, cpu = time.perf_counter(), time.process_time()
    yield took
    took.seconds, took.cpu = time.perf_counter() - wall, time.process_time() - cpu


def read_monotonic() -> float:
    """Seconds on a clock that only ever goes on; only differences mean something."""
    return time.perf_counter()


def compute_percentile(times: Sequence[float], percent: float) -> float:
    """By nearest rank, so that what is told is a time that really happened."""
    ordered = sorted(times)
    return ordered[max(0, math.ceil(percent / 100 * len(ordered)) - 1)]
