"""Four shards, stepped by hand: what is admitted goes through the triage of its shard, the relay, and the brand's."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from bot.domain.mention import Mention
from bot.store.store import Store, connect_store
from bot.workers.shard_triage import RelayWorker, ShardTriageWorker
from bot.workers.triage import TriageWorker
from tests.clock import SteppedClock
from tests.workers.fake_rules import FakeRules
from tests.workers.numbered_mentions import build_numbered_mention

SHARDS = 4


@asynccontextmanager
async def open_sharded(url: str, brand: str, name: str = "one", copies: int = 0) -> AsyncIterator[Store]:
    async with connect_store(url, Path(), brand, name, copies, SHARDS) as store:
        await store.intake.create_group()
        yield store


def build_counted_mention(number: int) -> Mention:
    """One that no department needs to see."""
    return build_numbered_mention(number, text=f"#praise number {number} for you")


async def admit(store: Store, clock: SteppedClock, *mentions: Mention, edits: Sequence[Mention] = ()) -> int:
    return await store.intake.admit("x", mentions, None, clock.now(), edits)


async def triage_shards(store: Store, clock: SteppedClock) -> None:
    for shard in store.shards:
        worker = ShardTriageWorker(store, shard, FakeRules(), clock, "one", wait=False)
        while await worker.step():
            pass


async def relay(store: Store) -> None:
    for shard in store.shards:
        while await RelayWorker(shard).step():
            pass


async def work(store: Store, clock: SteppedClock) -> None:
    await triage_shards(store, clock)
    await relay(store)
    triage = TriageWorker(store, FakeRules(), clock, "one", wait=False)
    while await triage.step():
        pass
