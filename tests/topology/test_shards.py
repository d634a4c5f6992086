"""Four shards on a real cluster, with processes that are killed and a shard that fails over: each mention counts once."""

import asyncio
import itertools
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.clock import SystemClock
from bot.domain.case import derive_case_id
from bot.domain.commits import StoreUnavailable
from bot.domain.mention import Mention
from bot.store.keys import build_shard_name
from bot.store.store import Store
from tests.kill.test_kill import say
from tests.store.shard_harness import SHARDS, build_counted_mention, open_sharded
from tests.topology.servers import ClusterGroup, run_cluster
from tests.workers.numbered_mentions import build_numbered_mention

BRAND = "northwind"
BATCH, BATCHES = 40, 25
"""Mentions that a source publishes at once, and how often."""


class Children:
    """Two processes of which one is killed, and another started."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._names = itertools.count()
        self._running: list[asyncio.subprocess.Process] = []

    async def start(self) -> None:
        words = ("-m", "tests.topology.shard_child", self._url, BRAND, f"child-{next(self._names)}")
        self._running.append(await asyncio.create_subprocess_exec(sys.executable, *words))

    async def kill_one(self) -> None:
        process = self._running.pop(0)
        process.kill()
        await process.wait()

    async def kill_all(self) -> None:
        while self._running:
            await self.kill_one()


@asynccontextmanager
async def run_children(url: str) -> AsyncIterator[Children]:
    children = Children(url)
    try:
        for _ in range(2):
            await children.start()
        yield children
    finally:
        await children.kill_all()


def build_batch(number: int) -> list[Mention]:
    """One in eight needs a case."""
    numbers = range(number * BATCH, (number + 1) * BATCH)
    return [build_counted_mention(n) if n % 8 else build_numbered_mention(n) for n in numbers]


async def publish(store: Store, mentions: list[Mention]) -> None:
    """As a source does: what was refused comes again."""
    while True:
        try:
            await store.intake.admit("x", mentions, mentions[-1].id, SystemClock().now())
        except StoreUnavailable:
            await asyncio.sleep(0.1)
        else:
            return


async def count_nodes(group: ClusterGroup) -> int:
    tags = [build_shard_name(BRAND, number) for number in range(SHARDS)]
    return len({(await group.find_primary(tag)).port for tag in tags})


@pytest.mark.timeout(300)
async def test_each_mention_counts_once_whatever_dies_or_fails_over(tmp_path: Path) -> None:
    async with run_cluster(tmp_path) as group, open_sharded(group.url, BRAND, "test", copies=1) as store:
        assert await count_nodes(group) > 1
        async with run_children(group.url) as children:
            for number in range(BATCHES):
                await publish(store, build_batch(number))
                if number == BATCHES // 3:
                    await children.kill_one()
                    await children.start()
                if number == 2 * BATCHES // 3:
                    await group.fail_over(build_shard_name(BRAND, 0))

            async with asyncio.timeout(120):
                while await store.intake.measure_backlog() != (0, 0):  # noqa: ASYNC110 - other processes work
                    await asyncio.sleep(0.1)
        books = await store.mention_counters.read()
        routed = [derive_case_id(f"x:{n}") for n in range(0, BATCH * BATCHES, 8)]
        opened = await store.cases.find(routed)
    say(f"| {SHARDS} shards | {books.seen:,} mentions | {books.opened} cases | {books.tallied:,} counted |")
    assert (books.seen, books.dead, books.unaccounted) == (BATCH * BATCHES, 0, 0)
    assert (books.opened, books.tallied) == (len(routed), BATCH * BATCHES - len(routed))
    assert len(opened) == len(routed)
