"""What one process takes: after its start, and after it has heard and triaged some thousands."""

import json
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from standardwebhooks import Webhook as Signer

from bot.benchmarks.earshot_process import SECRET, EarshotProcess, run_process
from bot.benchmarks.fixtures import HANDFUL, BenchmarkContext
from bot.benchmarks.measurement import MEGABYTES, Measurement, require_at_most
from bot.clock import SystemClock

AIM = require_at_most(200)
IN_ONE = HANDFUL // 5
"""Mentions in one delivery: under a tenth of the size that a hook takes."""


async def measure_memory(bench: BenchmarkContext) -> list[Measurement]:
    count = bench.pick_count(5_000, 200)
    async with run_process() as process:
        started = _read_memory_usage(process.pid)
        for first in range(0, count, IN_ONE):
            bench.report(f"{first:,} of {count:,} mentions")
            await _deliver_webhook(bench, process, first, min(IN_ONE, count - first))
        await process.wait_until_triaged()
        after = _read_memory_usage(process.pid)
    return [
        Measurement("memory after the start", started.current, MEGABYTES, AIM, note="one process, without its store"),
        Measurement(f"memory after {count:,} mentions", after.current, MEGABYTES, AIM),
        Measurement("memory, the most", after.peak, MEGABYTES, AIM),
    ]


async def _deliver_webhook(bench: BenchmarkContext, process: EarshotProcess, first: int, count: int) -> None:
    """Signed, as any sender's."""
    at = SystemClock().now()
    mentions = [
        one.model_dump(mode="json", exclude_defaults=True) for one in bench.samples.generate_mentions(count, at, first)
    ]
    body = json.dumps({"mentions": mentions})
    delivery = f"bench-{first}"
    stamp = datetime.fromtimestamp(int(at.timestamp()), UTC)
    headers = {
        "webhook-id": delivery,
        "webhook-timestamp": str(int(stamp.timestamp())),
        "webhook-signature": Signer(SECRET).sign(delivery, stamp, body),
        "content-type": "application/json",
    }
    await process.post("/hooks/forum", body.encode(), headers)


class _MemoryUsage(NamedTuple):
    """In MB. `peak` is the highest it ever was, where the system keeps that."""

    current: float
    peak: float


def _read_memory_usage(pid: int) -> _MemoryUsage:
    status = Path(f"/proc/{pid}/status")
    if status.exists():
        told = dict(line.split(":", 1) for line in status.read_text(encoding="ascii").splitlines())
        return _MemoryUsage(_parse_megabytes(told["VmRSS"]), _parse_megabytes(told["VmHWM"]))
    words = ["/bin/ps", "-o", "rss=", "-p", str(pid)]
    told_now = subprocess.run(words, capture_output=True, text=True, check=True).stdout  # noqa: S603 - a fixed command
    return _MemoryUsage(_parse_megabytes(told_now), _parse_megabytes(told_now))


def _parse_megabytes(told: str) -> float:
    """From `  1234 kB`."""
    return int(told.split(maxsplit=1)[0]) * 1024 / 1_000_000
