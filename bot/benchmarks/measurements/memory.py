"""What one process takes: after its start, and after it has heard and triaged some thousands."""

import json
from datetime import UTC, datetime

from standardwebhooks import Webhook as Signer

from bot.benchmarks.earshot_process import SECRET, EarshotProcess, run_process
from bot.benchmarks.fixtures import HANDFUL, BenchmarkContext
from bot.benchmarks.measurement import MEGABYTES, Measurement, require_at_most
from bot.benchmarks.memory_usage import read_memory_usage
from bot.clock import SystemClock

AIM = require_at_most(200)
IN_ONE = HANDFUL // 5
"""Mentions in one delivery: under a tenth of the size that a hook takes."""


async def measure_memory(bench: BenchmarkContext) -> list[Measurement]:
    count = bench.pick_count(5_000, 200)
    async with run_process() as process:
        started = read_memory_usage(process.pid)
        for first in range(0, count, IN_ONE):
            bench.report(f"{first:,} of {count:,} mentions")
            await _deliver_webhook(bench, process, first, min(IN_ONE, count - first))
        await process.wait_until_triaged()
        after = read_memory_usage(process.pid)
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
