"""One process against several, under load: how many mentions are triaged, and how long a click waits for the loop."""

import asyncio
import json
from math import isinf

from prometheus_client.parser import text_string_to_metric_families

from bot.benchmarks.earshot_process import TIMEOUT, EarshotProcess, deliver_mentions, run_process
from bot.benchmarks.fixtures import WEBHOOK_BATCH, BenchmarkContext
from bot.benchmarks.measurement import MEGABYTES, MS, Measurement, require_at_most
from bot.benchmarks.timing import read_monotonic
from bot.domain.text import format_count

AIM = require_at_most(10)
DELIVERY_SIZE = WEBHOOK_BATCH // 5
WARM_UP = 400
DELAYS = "earshot_loop_delay_seconds_bucket"
MEMORY = "process_resident_memory_bytes"


async def measure_processes(bench: BenchmarkContext) -> list[Measurement]:
    return [one for total in (1, 2, 3) for one in await _measure_total(bench, total)]


async def _measure_total(bench: BenchmarkContext, total: int) -> list[Measurement]:
    count, warm_up = bench.pick_count(6_000, 200), bench.pick_count(WARM_UP, 20)
    name = format_count(total, "process", "processes")
    async with run_process(total) as process:
        await _wait_until_working(process)
        await _send_mentions(bench, process, 0, warm_up)
        before = await _read_metric(process, DELAYS, "le")
        bench.report(f"{name}: {count:,} mentions")
        began = read_monotonic()
        await _send_mentions(bench, process, warm_up, count)
        rate = count / (read_monotonic() - began)
        after = await _read_metric(process, DELAYS, "le")
        memory = await _read_metric(process, MEMORY, "process")
    delay = _estimate_p99({le: after[le] - before[le] for le in after})
    children = [size for which, size in memory.items() if which != "main"]
    return [
        Measurement(f"{name}: received and triaged", rate, "/s", note="from a hook to an empty inbox"),
        Measurement(f"{name}: wait for the loop, p99", 1000 * delay, MS, AIM, note="of the process that serves clicks"),
        Measurement(f"{name}: memory of the first", memory["main"] / 1_000_000, MEGABYTES),
        *(Measurement(f"{name}: memory of triage", size / 1_000_000, MEGABYTES) for size in children),
    ]


async def _send_mentions(bench: BenchmarkContext, process: EarshotProcess, first: int, count: int) -> None:
    """Send mentions one delivery after the other, and wait until all are triaged."""
    for start in range(first, first + count, DELIVERY_SIZE):
        await deliver_mentions(bench.samples, process, start, min(DELIVERY_SIZE, first + count - start))
    await process.wait_until_triaged()


async def _wait_until_working(process: EarshotProcess) -> None:
    async with asyncio.timeout(TIMEOUT):
        while True:
            found = json.loads(await process.get("/statusz"))["processes"]
            if all(one["working"] for one in found.values()):
                return
            await asyncio.sleep(0.1)


async def _read_metric(process: EarshotProcess, name: str, label: str) -> dict[str, float]:
    """Return the values of the process that answers; with the label `process`, of all."""
    families = text_string_to_metric_families(await process.get("/metrics"))
    samples = [sample for family in families for sample in family.samples if sample.name == name]
    wanted = [one for one in samples if label == "process" or one.labels["process"] == "main"]
    return {one.labels[label]: one.value for one in wanted}


def _estimate_p99(counts: dict[str, float]) -> float:
    """Return the 99th percentile in seconds, within its bucket by its share, as `histogram_quantile` does."""
    buckets = sorted((float(le), count) for le, count in counts.items())
    wanted, low, below = 0.99 * buckets[-1][1], 0.0, 0.0
    for bound, count in buckets:
        if count >= wanted:
            return low if isinf(bound) else low + (bound - low) * (wanted - below) / max(1.0, count - below)
        low, below = bound, count
    return low
