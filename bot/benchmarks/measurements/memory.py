"""Memory of one process: after its start, and after it has triaged some thousands of mentions."""

import subprocess
from pathlib import Path
from typing import NamedTuple

from bot.benchmarks.earshot_process import deliver_mentions, run_process
from bot.benchmarks.fixtures import WEBHOOK_BATCH, BenchmarkContext
from bot.benchmarks.measurement import MEGABYTES, Measurement, require_at_most

AIM = require_at_most(200)
DELIVERY_SIZE = WEBHOOK_BATCH // 5
"""Mentions in one delivery: under a tenth of the size that a webhook accepts."""


async def measure_memory(bench: BenchmarkContext) -> list[Measurement]:
    count = bench.pick_count(5_000, 200)
    async with run_process() as process:
        started = _read_memory_usage(process.pid)
        for first in range(0, count, DELIVERY_SIZE):
            bench.report(f"{first:,} of {count:,} mentions")
            await deliver_mentions(bench.samples, process, first, min(DELIVERY_SIZE, count - first))
        await process.wait_until_triaged()
        after = _read_memory_usage(process.pid)
    return [
        Measurement("memory after the start", started.current, MEGABYTES, AIM, note="one process, without its store"),
        Measurement(f"memory after {count:,} mentions", after.current, MEGABYTES, AIM),
        Measurement("memory, the most", after.peak, MEGABYTES, AIM),
    ]


class _MemoryUsage(NamedTuple):
    """In MB. `peak`: the highest ever, if the system knows it."""

    current: float
    peak: float


def _read_memory_usage(pid: int) -> _MemoryUsage:
    status = Path(f"/proc/{pid}/status")
    if status.exists():
        fields = dict(line.split(":", 1) for line in status.read_text(encoding="ascii").splitlines())
        return _MemoryUsage(_parse_megabytes(fields["VmRSS"]), _parse_megabytes(fields["VmHWM"]))
    words = ["/bin/ps", "-o", "rss=", "-p", str(pid)]
    output = subprocess.run(words, capture_output=True, text=True, check=True).stdout  # noqa: S603 - a fixed command
    return _MemoryUsage(_parse_megabytes(output), _parse_megabytes(output))


def _parse_megabytes(size: str) -> float:
    """Parse `  1234 kB`."""
    return int(size.split(maxsplit=1)[0]) * 1024 / 1_000_000
