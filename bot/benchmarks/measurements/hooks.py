"""CPU of a signed delivery of one mention, over HTTP, until it is in the inbox."""

from prometheus_client.parser import text_string_to_metric_families

from bot.benchmarks.earshot_process import EarshotProcess, deliver_mentions, run_process
from bot.benchmarks.fixtures import BenchmarkContext
from bot.benchmarks.measurement import MICROSECONDS, Measurement, require_at_most

AIM = require_at_most(250)
WARM_UP = 100
CPU = "process_cpu_seconds_total"


async def measure_hooks(bench: BenchmarkContext) -> list[Measurement]:
    count, warm_up = bench.pick_count(2_000, 50), bench.pick_count(WARM_UP, 5)
    async with run_process(words=("--workers", "http")) as process:
        await _deliver_each(bench, process, 0, warm_up)
        before = await _read_cpu(process)
        bench.report(f"{count:,} deliveries")
        await _deliver_each(bench, process, warm_up, count)
        seconds = await _read_cpu(process) - before
    note = "of the process that serves hooks and does nothing else, without Redis"
    return [Measurement("hook of one mention, CPU", seconds / count * 1_000_000, MICROSECONDS, AIM, note=note)]


async def _deliver_each(bench: BenchmarkContext, process: EarshotProcess, first: int, count: int) -> None:
    for number in range(first, first + count):
        await deliver_mentions(bench.samples, process, number, 1)


async def _read_cpu(process: EarshotProcess) -> float:
    families = text_string_to_metric_families(await process.get("/metrics"))
    return next(sample.value for family in families for sample in family.samples if sample.name == CPU)
