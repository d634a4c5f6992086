"""From nothing to ready: `earshot run` as a process of its own, with its own store and a Slack sandbox."""

from statistics import median

from bot.benchmarks.earshot_process import run_process
from bot.benchmarks.fixtures import BenchmarkContext
from bot.benchmarks.measurement import SECONDS, Measurement, require_at_most

AIM = require_at_most(2)


async def measure_start(bench: BenchmarkContext) -> list[Measurement]:
    times = []
    for number in range(bench.pick_count(3, 1)):
        bench.report(f"start {number + 1}")
        async with run_process() as process:
            times.append(process.startup_seconds)
    note = "/readyz says 200, embedded store, empty folder"
    return [Measurement("start to ready", median(times), SECONDS, AIM, note=note)]
