"""From nothing to ready: `earshot run` as a process of its own, with a store of its own, before a Slack."""

from statistics import median

from bot.bench.figure import SECONDS, Figure, at_most
from bot.bench.ground import Bench
from bot.bench.process import running

AIM = at_most(2)


async def measure(bench: Bench) -> list[Figure]:
    times = []
    for number in range(bench.of(3, 1)):
        bench.tell(f"start {number + 1}")
        async with running() as process:
            times.append(process.ready_after)
    return [
        Figure("start to ready", median(times), SECONDS, AIM, note="/readyz says 200, embedded store, empty folder")
    ]
