"""A process that triages all shards and the brand's own inbox until it is killed: `… shard_child URL BRAND NAME`."""

import asyncio
import sys

from bot.clock import SystemClock
from bot.workers.runner import Worker, run_worker
from bot.workers.shard_triage import RelayWorker, ShardTriageWorker
from bot.workers.triage import TriageWorker
from tests.store.shard_harness import open_sharded
from tests.workers.fake_rules import FakeRules


async def triage(url: str, brand: str, name: str) -> None:
    clock, rules, stop = SystemClock(), FakeRules(), asyncio.Event()
    async with open_sharded(url, brand, name, copies=1) as store, asyncio.TaskGroup() as group:
        workers: list[Worker] = [TriageWorker(store, rules, clock, name)]
        for shard in store.shards:
            workers += [ShardTriageWorker(store, shard, rules, clock, name), RelayWorker(shard)]
        for worker in workers:
            group.create_task(run_worker(worker, clock, stop))


if __name__ == "__main__":
    asyncio.run(triage(*sys.argv[1:]))
