"""The number of shards is changed by `earshot export state` and `earshot import`: nothing is lost or counted twice."""

import pytest

from bot.domain.case import derive_case_id
from bot.domain.mention import Mention
from bot.store.brand_identity import BrandIdentity, check_ownership, claim_keys
from bot.store.client import RedisClient
from bot.store.keys import Keys
from bot.store.store import Store, connect_store
from bot.store.transaction import GROUP
from tests.cli.shell import Shell
from tests.clock import SteppedClock
from tests.store.shard_harness import SHARDS, admit, build_counted_mention, open_sharded, triage_shards, work
from tests.workers.numbered_mentions import build_numbered_mention

COUNTED = [build_counted_mention(n) for n in range(60)]
ROUTED = [build_numbered_mention(n) for n in range(100, 120)]
ALL = COUNTED + ROUTED


async def fill_shards(store: Store, clock: SteppedClock) -> None:
    """Mentions everywhere: at the brand, in the relay before and after its position, in hand of a worker, unread."""
    await admit(store, clock, *ALL[::4])
    await work(store, clock)
    await admit(store, clock, *ALL[1::4])
    await triage_shards(store, clock)
    await store.shards[0].relay.relay_batch()
    await admit(store, clock, *ALL[2::4], *ALL[3::4])
    for shard in store.shards:
        await shard.inbox.read("a worker that is gone", 3, wait=False)
    await store.client.execute("XGROUP", "DELCONSUMER", store.keys.inbox, GROUP, "one")  # as if idle for long


async def move(shell: Shell, count: int, brand: str, **replacing: bool) -> None:
    done = await shell.run_in_thread("export", "state", "--while-running", "--out", "state.jsonl")
    assert done.exit_code == 0, done.stderr
    shell.env["EARSHOT_SHARDS"] = str(count)
    shell.playbook(**{'name = "Northwind Air"': f'name = "Northwind Air"\nid = "{brand}"'})
    options = [f"--{name}" for name, wanted in replacing.items() if wanted]
    done = await shell.run_in_thread("import", "state.jsonl", "--moved", *options)
    assert done.exit_code == 0, done.stderr


async def list_accounted(store: Store) -> dict[str, int]:
    """How many mentions there are by what became of them, as counted from the keys themselves."""
    cases = await store.cases.find([derive_case_id(one.id) for one in ALL])
    books = await store.mention_counters.read()
    return {"cases": len(cases), "counted": books.tallied, "seen": books.seen, "unaccounted": books.unaccounted}


@pytest.fixture
def own(brand: str) -> BrandIdentity:
    return BrandIdentity(brand, "Northwind Air", is_explicit=True)


def prepare_shell(shell: Shell, redis_url: str, brand: str) -> None:
    shell.env.update(REDIS_URL=redis_url, EARSHOT_SHARDS=str(SHARDS))
    shell.playbook(**{'name = "Northwind Air"': f'name = "Northwind Air"\nid = "{brand}"'})


@pytest.mark.parametrize("count", [1, 2, 4])
@pytest.mark.parametrize("elsewhere", [True, False])
async def test_each_mention_is_accounted_for_once_with_another_number_of_shards(
    count: int,
    elsewhere: bool,  # noqa: FBT001
    shell: Shell,
    redis_url: str,
    brand: str,
    own: BrandIdentity,
    clock: SteppedClock,
) -> None:
    prepare_shell(shell, redis_url, brand)
    async with open_sharded(redis_url, brand) as store:
        await claim_keys(store.client, own, SHARDS)
        await fill_shards(store, clock)
        target = f"{brand}-new" if elsewhere else brand
        await move(shell, count, target, replace=not elsewhere)

    async with connect_store(redis_url, shell.folder, target, "two", 0, count) as moved:
        await check_ownership(moved.client, own._replace(id=target), count)
        await moved.intake.create_group()
        await work(moved, clock)
        expected = {"cases": len(ROUTED), "counted": len(COUNTED), "seen": len(ALL), "unaccounted": 0}
        assert await list_accounted(moved) == expected
        assert all([await moved.intake.has_author("x", one.author.id, clock.now()) for one in ALL])
        await admit(moved, clock, *ALL)
        await work(moved, clock)
        assert await list_accounted(moved) == expected
        await admit_more(moved, clock, expected)


async def admit_more(store: Store, clock: SteppedClock, before: dict[str, int]) -> None:
    """What is new goes on as ever, also with a shard whose relay had a position before."""
    fresh: list[Mention] = [build_counted_mention(n) for n in range(200, 240)]
    await admit(store, clock, *fresh)
    await work(store, clock)
    assert await list_accounted(store) == before | {"counted": before["counted"] + 40, "seen": before["seen"] + 40}


async def test_nothing_is_left_of_the_shards_that_were_there_before(
    shell: Shell, client: RedisClient, redis_url: str, brand: str, own: BrandIdentity, clock: SteppedClock
) -> None:
    prepare_shell(shell, redis_url, brand)
    async with open_sharded(redis_url, brand) as store:
        await claim_keys(store.client, own, SHARDS)
        await fill_shards(store, clock)
        await move(shell, 1, brand, replace=True)
    for keys in [Keys(brand, number) for number in range(SHARDS)] + [Keys(brand, folder="shard:")]:
        assert [key async for key in client.scan_keys(keys.root)] == []


async def test_edits_and_deletions_of_posts_that_were_in_a_shard_find_them(
    shell: Shell, redis_url: str, brand: str, own: BrandIdentity, clock: SteppedClock
) -> None:
    prepare_shell(shell, redis_url, brand)
    async with open_sharded(redis_url, brand) as store:
        await claim_keys(store.client, own, SHARDS)
        await fill_shards(store, clock)
        await admit(store, clock, ROUTED[0].copy_with(text="You lost my bag, and found it", edits=1))
        await move(shell, 2, brand, replace=True)
    async with connect_store(redis_url, shell.folder, brand, "two", 0, 2) as moved:
        await moved.intake.create_group()
        await work(moved, clock)
        [case] = (await moved.cases.find([derive_case_id(ROUTED[0].id)])).values()
        assert case.mention.text == "You lost my bag, and found it"
        gone = COUNTED[1].copy_with(text="", deleted_at=clock.now())
        await admit(moved, clock, gone)
        await work(moved, clock)
        assert await moved.inbox.find_deleted([gone.id]) == {gone.id}
        assert (await list_accounted(moved))["unaccounted"] == 0
