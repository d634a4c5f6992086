"""Shards: each mention is counted once, whatever is tried again; cases are in one place."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.domain.case import derive_case_id
from bot.domain.commits import StoreUnavailable
from bot.domain.health.source_health import compute_rate
from bot.domain.periods import TimeSpan
from bot.domain.sharding import find_author_shard, find_shard
from bot.store.brand_identity import BrandIdentity, StoreMismatchError, check_ownership, claim_keys
from bot.store.client import RedisClient
from bot.store.keys import Keys
from bot.store.relay import RELAYED
from bot.store.store import Store
from tests.clock import SteppedClock
from tests.domain.samples import build_mention
from tests.store.shard_harness import (
    SHARDS,
    admit,
    build_counted_mention,
    open_sharded,
    relay,
    triage_shards,
    work,
)
from tests.workers.numbered_mentions import build_numbered_mention


@pytest.fixture
async def sharded(redis_url: str, brand: str) -> AsyncIterator[Store]:
    async with open_sharded(redis_url, brand) as store:
        yield store


async def count_tallied(store: Store, clock: SteppedClock) -> int:
    span = TimeSpan(clock.now() - timedelta(days=1), clock.now() + timedelta(days=1))
    [tally] = await store.report_counters.load_tallies(span)
    return sum(tally.values())


def test_the_shard_of_an_author_never_changes() -> None:
    mentions = [build_mention(id=f"x:{number}", author="@marta") for number in range(20)]
    assert {find_shard(one, SHARDS) for one in mentions} == {find_author_shard("x", mentions[0].author.id, SHARDS)}
    assert [find_author_shard("x", name, 4) for name in ("marta", "ana", "42", "")] == [1, 2, 2, 3]


def test_with_one_shard_keys_are_those_of_before() -> None:
    assert (Keys("northwind").inbox, Keys("northwind", 2).inbox) == (
        "earshot:{northwind}:inbox",
        "earshot:{northwind:2}:inbox",
    )


async def test_what_nobody_needs_to_see_is_counted_and_all_else_has_its_case(
    sharded: Store, clock: SteppedClock
) -> None:
    counted, routed = (
        [build_counted_mention(n) for n in range(60)],
        [build_numbered_mention(n) for n in range(100, 110)],
    )
    assert await admit(sharded, clock, *counted, *routed) == 70
    assert [await shard.inbox.measure_backlog() != (0, 0) for shard in sharded.shards] == [True] * SHARDS
    await work(sharded, clock)

    books = await sharded.mention_counters.read()
    assert (books.seen, books.tallied, books.opened, books.unaccounted) == (70, 60, 10, 0)
    assert await count_tallied(sharded, clock) == 70
    assert len(await sharded.cases.find([derive_case_id(one.id) for one in routed])) == 10
    assert await sharded.intake.measure_backlog() == (0, 0)


async def test_what_comes_again_is_dropped_in_its_shard(sharded: Store, clock: SteppedClock) -> None:
    some = [build_counted_mention(1), build_numbered_mention(2)]
    assert await admit(sharded, clock, *some) == 2
    assert await admit(sharded, clock, *some) == 0
    await work(sharded, clock)
    assert await admit(sharded, clock, *some) == 0
    await work(sharded, clock)
    assert (await sharded.mention_counters.read()).seen == 2


async def test_the_cursor_stays_while_one_shard_takes_nothing(sharded: Store, clock: SteppedClock) -> None:
    full = sharded.shards[1].inbox
    full._max_entries = 0
    mentions = [build_counted_mention(n) for n in range(20)]
    with pytest.raises(StoreUnavailable):
        await sharded.intake.admit("x", mentions, "20", clock.now())
    assert await sharded.intake.load_cursor("x") is None
    full._max_entries = 100
    await sharded.intake.admit("x", mentions, "20", clock.now())
    assert await sharded.intake.load_cursor("x") == "20"
    await work(sharded, clock)
    assert (await sharded.mention_counters.read()).tallied == 20


async def test_a_batch_that_two_relay_at_once_is_written_once(
    sharded: Store, redis_url: str, brand: str, clock: SteppedClock
) -> None:
    await admit(sharded, clock, *[build_counted_mention(n) for n in range(50)])
    await triage_shards(sharded, clock)
    async with open_sharded(redis_url, brand, "two") as other:
        for _ in range(5):
            await asyncio.gather(*(one.relay.relay_batch() for store in (sharded, other) for one in store.shards))
    books = await sharded.mention_counters.read()
    assert (books.seen, books.tallied) == (50, 50)


async def test_a_batch_that_was_written_and_not_deleted_is_not_written_again(
    sharded: Store, clock: SteppedClock
) -> None:
    """The end of a process between the two."""
    await admit(sharded, clock, build_counted_mention(1), build_numbered_mention(2))
    await triage_shards(sharded, clock)
    kept = [await shard.client.execute("XRANGE", shard.keys.relay, "-", "+") for shard in sharded.shards]
    await relay(sharded)
    for shard, entries in zip(sharded.shards, kept, strict=True):
        if entries:
            await shard.client.execute("DEL", shard.keys.relay)
        for entry, fields in entries:
            await shard.client.execute("XADD", shard.keys.relay, entry, *fields)
    await work(sharded, clock)
    books = await sharded.mention_counters.read()
    assert (books.seen, books.tallied, books.opened) == (2, 1, 1)


async def count_unaccounted(store: Store) -> int:
    return (await store.mention_counters.read()).unaccounted


async def test_nothing_is_unaccounted_for_wherever_in_a_shard_it_is(sharded: Store, clock: SteppedClock) -> None:
    post, other = build_numbered_mention(1), build_counted_mention(2)
    edited = post.copy_with(text="You lost my bag, and found it", edits=1)
    deleted = other.copy_with(text="", deleted_at=clock.now())
    for batch in ([post, other], [edited], [deleted], [post, build_counted_mention(3)]):
        await admit(sharded, clock, *batch)
        assert await count_unaccounted(sharded) == 0
        await triage_shards(sharded, clock)
        assert await count_unaccounted(sharded) == 0
        await work(sharded, clock)
        assert await count_unaccounted(sharded) == 0


async def test_what_a_shard_loses_is_unaccounted_for(sharded: Store, clock: SteppedClock) -> None:
    """One of its inbox, and two of its relay, which nobody has read."""
    await admit(sharded, clock, *map(build_counted_mention, range(20)))
    await triage_shards(sharded, clock)
    relaying = [shard for shard in sharded.shards if await shard.relay.count() >= 2]
    await relaying[0].client.execute("XTRIM", relaying[0].keys.relay, "MAXLEN", await relaying[0].relay.count() - 2)
    await admit(sharded, clock, build_numbered_mention(30))
    [unread] = [shard for shard in sharded.shards if await shard.client.execute("XLEN", shard.keys.inbox)]
    await unread.client.execute("XTRIM", unread.keys.inbox, "MAXLEN", 0)
    assert await count_unaccounted(sharded) == 3
    await work(sharded, clock)
    assert await count_unaccounted(sharded) == 3
    assert (await sharded.mention_counters.read()).tallied == 18


async def test_a_relay_that_ends_between_its_two_writes_loses_nothing(sharded: Store, clock: SteppedClock) -> None:
    await admit(sharded, clock, *map(build_counted_mention, range(20)))
    await triage_shards(sharded, clock)
    for shard in sharded.shards:
        await shard.client.execute("COPY", shard.keys.relay, f"{shard.keys.relay}:kept")
    await relay(sharded)
    for shard in sharded.shards:  # as if it had not come to delete them
        await shard.client.execute("COPY", f"{shard.keys.relay}:kept", shard.keys.relay, "REPLACE")
        await shard.client.execute("HDEL", shard.keys.mention_counters, RELAYED)
    assert await count_unaccounted(sharded) == 0
    await admit(sharded, clock, *map(build_counted_mention, range(20, 40)))
    await work(sharded, clock)
    assert (await sharded.mention_counters.read()).tallied == 40
    assert await count_unaccounted(sharded) == 0


async def test_an_edit_changes_the_case_of_a_post_and_counts_nothing_again(sharded: Store, clock: SteppedClock) -> None:
    post = build_numbered_mention(1)
    await admit(sharded, clock, post)
    await work(sharded, clock)
    await admit(sharded, clock, post.copy_with(text="You lost my bag, and found it", edits=1))
    await work(sharded, clock)
    [case] = (await sharded.cases.find([derive_case_id(post.id)])).values()
    books = await sharded.mention_counters.read()
    assert case.mention.text == "You lost my bag, and found it"
    assert (books.seen, books.opened, books.editing, books.unaccounted) == (1, 1, 0, 0)


async def test_an_edit_that_overtakes_its_post_in_the_relay_counts_it_once(sharded: Store, clock: SteppedClock) -> None:
    post = build_numbered_mention(1)
    await admit(sharded, clock, post)
    await admit(sharded, clock, post.copy_with(text="#praise found again", edits=1))
    await work(sharded, clock)
    books = await sharded.mention_counters.read()
    assert (books.seen, books.editing, books.unaccounted) == (1, 0, 0)
    assert await count_tallied(sharded, clock) == 1


async def test_an_edit_of_a_post_that_was_only_counted_may_open_a_case_and_is_not_counted(
    sharded: Store, clock: SteppedClock
) -> None:
    post = build_counted_mention(1)
    await admit(sharded, clock, post)
    await work(sharded, clock)
    await admit(sharded, clock, post.copy_with(text="You lost my bag", edits=1))
    await work(sharded, clock)
    books = await sharded.mention_counters.read()
    assert (books.seen, books.tallied, books.unaccounted) == (1, 1, 0)
    assert await count_tallied(sharded, clock) == 1
    assert await sharded.cases.find([derive_case_id(post.id)])


async def test_a_deletion_without_an_author_finds_the_post_in_whatever_shard(
    sharded: Store, clock: SteppedClock
) -> None:
    posts = [build_counted_mention(1), build_numbered_mention(2), build_numbered_mention(3)]
    await admit(sharded, clock, *posts[:2])
    await work(sharded, clock)
    await admit(sharded, clock, posts[2])
    gone = [build_mention(id=one.id, text="", author={"id": "unknown"}, deleted_at=clock.now()) for one in posts]
    await admit(
        sharded, clock, *gone, build_mention(id="x:99", text="", author={"id": "unknown"}, deleted_at=clock.now())
    )
    await work(sharded, clock)
    assert await sharded.inbox.find_deleted([one.id for one in posts]) == {one.id for one in posts}
    assert not await sharded.inbox.find_deleted(["x:99"])
    cases = await sharded.cases.find([derive_case_id(one.id) for one in posts])
    assert not any("bag" in case.mention.text for case in cases.values())
    assert (await sharded.mention_counters.read()).unaccounted == 0


async def test_a_person_who_goes_on_in_a_conversation_joins_their_case_even_with_praise(
    sharded: Store, clock: SteppedClock
) -> None:
    first = build_numbered_mention(1, conversation="c1")
    await admit(sharded, clock, first)
    await work(sharded, clock)
    await admit(sharded, clock, build_numbered_mention(2, author="@p1", conversation="c1", text="#praise thank you"))
    await work(sharded, clock)
    books = await sharded.mention_counters.read()
    assert (books.opened, books.joined, books.tallied) == (1, 1, 0)


async def test_the_same_words_of_two_authors_in_two_shards_are_one_case(sharded: Store, clock: SteppedClock) -> None:
    words = "You lost my bag and nobody answers the phone at the desk in Porto"
    mentions = [build_numbered_mention(number, text=words) for number in range(12)]
    assert len({find_shard(one, SHARDS) for one in mentions}) > 1
    await admit(sharded, clock, *mentions)
    await work(sharded, clock)
    books = await sharded.mention_counters.read()
    assert (books.opened, books.joined) == (1, 11)


async def test_what_cannot_be_read_or_assessed_is_a_dead_letter_of_the_brand(
    sharded: Store, clock: SteppedClock
) -> None:
    await admit(sharded, clock, build_counted_mention(1))
    shard = sharded.shards[0]
    await shard.client.execute("XADD", shard.keys.inbox, "*", "m", "{", "at", 1)
    await work(sharded, clock)
    [letter] = await sharded.dead_letters.list_letters()
    assert letter.raw == "{"
    assert (await sharded.mention_counters.read()).unaccounted == 0


async def test_the_health_of_a_source_is_that_of_all_shards(sharded: Store, clock: SteppedClock) -> None:
    await sharded.intake.admit("x", [build_counted_mention(n) for n in range(40)], "40", clock.now())
    health = (await sharded.source_health.load_all())["x"]
    assert compute_rate(health, clock.now()) == 40
    assert compute_rate(await sharded.source_health.load("x"), clock.now()) == 40
    assert set(await sharded.intake.load_source_activity()) == {"x"}


async def test_the_author_of_any_shard_is_known(sharded: Store, clock: SteppedClock) -> None:
    mentions = [build_counted_mention(n) for n in range(12)]
    await admit(sharded, clock, *mentions)
    assert all([await sharded.intake.has_author("x", one.author.id, clock.now()) for one in mentions])
    assert not await sharded.intake.has_author("x", "nobody", clock.now())


async def test_posts_that_came_before_there_were_shards_are_not_counted_again(
    store: Store, redis_url: str, brand: str, clock: SteppedClock
) -> None:
    mentions = [build_counted_mention(1), build_numbered_mention(2)]
    await store.inbox.admit("x", mentions, None, clock.now())
    async with open_sharded(redis_url, brand) as sharded:
        await work(sharded, clock)
        await admit(sharded, clock, *mentions)
        await work(sharded, clock)
        books = await sharded.mention_counters.read()
    assert (books.seen, books.tallied, books.opened, books.unaccounted) == (2, 1, 1, 0)


async def test_the_number_of_shards_is_part_of_the_stored_data(client: RedisClient, brand: str) -> None:
    own = BrandIdentity(brand, "Northwind", is_explicit=True)
    await claim_keys(client, own)
    await claim_keys(client, own, 4)
    await check_ownership(client, own, 4)
    for other in (1, 3):
        with pytest.raises(StoreMismatchError, match=r"EARSHOT_SHARDS=4.* --with-secrets .* --replace --moved"):
            await check_ownership(client, own, other)


async def test_the_removal_of_a_brand_removes_the_keys_of_its_shards_and_no_others(
    redis_url: str, brand: str, clock: SteppedClock
) -> None:
    async with open_sharded(redis_url, brand) as store, open_sharded(redis_url, f"{brand}-2") as other:
        for one in (store, other):
            await admit(one, clock, *map(build_counted_mention, range(20)))
        await store.installations.mark_uninstalled(clock.now())
        roots = [store.keys.root, *(shard.keys.root for shard in store.shards)]

        assert await store.installations.remove_keys() > len(store.shards)

        assert [key for root in roots async for key in store.client.scan_keys(root)] == [store.keys.uninstalled]
        assert (await other.intake.measure_backlog())[0] == 20
        assert await store.installations.remove_keys() == 0
