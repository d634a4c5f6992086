"""What is let into the inbox: each mention once, and the cursor with it, or nothing."""

from datetime import datetime
from pathlib import Path

import pytest

from bot.domain.commits import StoreUnavailable
from bot.domain.mention import Mention
from bot.store.client import RedisClient
from bot.store.inbox import Inbox
from bot.store.store import Store
from tests.clock import SteppedClock
from tests.store.loopback_server import MissingPermission, start_loopback_server
from tests.workers.numbered_mentions import build_numbered_mention


async def test_a_mention_is_let_in_once_however_often_it_comes(store: Store, clock: SteppedClock) -> None:
    assert (
        await store.inbox.admit(
            "x", [build_numbered_mention(1), build_numbered_mention(2), build_numbered_mention(1)], "c1", clock.now()
        )
        == 2
    )
    assert await store.inbox.admit("x", [build_numbered_mention(2), build_numbered_mention(3)], "c2", clock.now()) == 1
    assert (await store.inbox.measure_backlog())[0] == 3
    assert (await store.mention_counters.read()).seen == 3


async def test_the_cursor_moves_with_what_was_read_and_stays_where_none_is_given(
    store: Store, clock: SteppedClock
) -> None:
    await store.inbox.admit("x", [build_numbered_mention(1)], "c1", clock.now())
    await store.inbox.admit("x", [build_numbered_mention(2)], None, clock.now())
    assert await store.inbox.load_cursor("x") == "c1"
    await store.inbox.admit("x", (), "c3", clock.now())
    assert (await store.inbox.load_cursor("x"), await store.inbox.load_cursor("forum")) == ("c3", None)


async def test_progress_without_mentions_does_not_count_as_activity(store: Store, clock: SteppedClock) -> None:
    await store.inbox.admit("x", (), "c1", clock.now())
    assert await store.inbox.load_source_activity() == {}
    await store.inbox.admit("x", [build_numbered_mention(1)], "c2", clock.now())
    assert await store.inbox.load_source_activity() == {"x": int(clock.seconds() * 1000)}


async def test_a_full_inbox_refuses_and_moves_nothing(store: Store, clock: SteppedClock) -> None:
    inbox = Inbox(store.client, store.keys, max_entries=3)
    await inbox.admit("x", [build_numbered_mention(1), build_numbered_mention(2)], "c1", clock.now())
    with pytest.raises(StoreUnavailable, match="full"):
        await inbox.admit("x", [build_numbered_mention(3), build_numbered_mention(4)], "c2", clock.now())
    assert await inbox.load_cursor("x") == "c1"
    assert (await store.mention_counters.read()).seen == 2
    assert await inbox.admit("x", [build_numbered_mention(3)], "c2", clock.now()) == 1


async def test_what_was_refused_by_a_full_inbox_is_new_when_it_comes_again(store: Store, clock: SteppedClock) -> None:
    full = Inbox(store.client, store.keys, max_entries=1)
    with pytest.raises(StoreUnavailable):
        await full.admit("x", [build_numbered_mention(1), build_numbered_mention(2)], "c1", clock.now())
    assert await store.inbox.admit("x", [build_numbered_mention(1), build_numbered_mention(2)], "c1", clock.now()) == 2


async def test_what_is_read_back_is_what_was_said(store: Store, clock: SteppedClock) -> None:
    heard = build_numbered_mention(
        1, text='Ünïcode 🧳 \u2028 and\n"quotes"', conversation="c", lang="pt", subjects=("Northwind",)
    )
    await store.inbox.admit("x", [heard], None, clock.now())
    (entry,) = await store.inbox.read("w", 10, wait=False)
    assert (entry.mention, entry.arrived) == (heard, int(clock.seconds() * 1000))


async def test_what_a_server_refuses_in_the_middle_is_new_when_it_comes_again(
    clock: SteppedClock, tmp_path: Path
) -> None:
    async with start_loopback_server(tmp_path) as server:
        client = RedisClient(server.url)
        store = Store(client, "brand", "test")
        way = MissingPermission(server, server)
        await way.begin()
        with pytest.raises(StoreUnavailable, match="refuses a permission"):
            await store.inbox.admit("x", [build_numbered_mention(1), build_numbered_mention(2)], "c1", clock.now())
        await way.end()
        assert (
            await store.inbox.admit("x", [build_numbered_mention(1), build_numbered_mention(2)], "c1", clock.now()) == 2
        )
        assert ((await store.mention_counters.read()).seen, await store.inbox.load_cursor("x")) == (2, "c1")
        await client.close()


def build_deletion(number: int, at: datetime) -> Mention:
    return Mention.model_validate({"id": f"x:{number}", "deleted_at": at})


async def read_seen(store: Store, number: int) -> str | None:
    held: str | None = await store.client.execute("GET", store.keys.seen_key(f"x:{number}"))
    return held


async def test_the_deletion_of_what_nobody_has_seen_is_dropped_and_moves_the_cursor_only(
    store: Store, clock: SteppedClock
) -> None:
    assert await store.inbox.admit("x", [build_deletion(1, clock.now())], "c1", clock.now()) == 0
    assert (await store.inbox.measure_backlog())[0] == 0
    assert await read_seen(store, 1) is None
    assert await store.inbox.load_source_activity() == {}
    assert await store.inbox.load_cursor("x") == "c1"


async def test_a_deletion_comes_after_its_mention_and_once(store: Store, clock: SteppedClock) -> None:
    at = clock.now()
    assert await store.inbox.admit("x", [build_deletion(1, at), build_numbered_mention(1)], None, at) == 1
    assert await store.inbox.admit("x", [build_deletion(1, at), build_numbered_mention(1, edits=3)], None, at) == 0
    entries = await store.inbox.read("w", 10, wait=False)
    assert [(entry.edit, entry.mention.deleted_at) for entry in entries if entry.mention] == [(False, None), (True, at)]
    books = await store.mention_counters.read()
    assert (books.seen, books.editing, books.unaccounted) == (1, 1, 0)


@pytest.mark.parametrize("held", ["1772442000000", "v3", "v1772442000", "written over by somebody"])
async def test_what_earlier_releases_wrote_is_a_known_mention(store: Store, clock: SteppedClock, held: str) -> None:
    await store.client.execute("SET", store.keys.seen_key("x:1"), held)
    assert await store.inbox.admit("x", [build_numbered_mention(1)], None, clock.now()) == 0
    assert await store.inbox.admit("x", [build_deletion(1, clock.now())], None, clock.now()) == 0
    assert (await read_seen(store, 1), (await store.inbox.measure_backlog())[0]) == ("d", 1)


async def test_a_number_of_edits_and_a_time_are_both_versions(store: Store, clock: SteppedClock) -> None:
    at = clock.now()
    for number, changes in ((1, {"edits": 2}), (2, {"edited_at": at})):
        await store.inbox.admit(
            "x", [build_numbered_mention(number), build_numbered_mention(number, **changes)], None, at
        )
        for again in ({}, changes):
            await store.inbox.admit("x", [build_numbered_mention(number, **again)], None, at)
    assert [await read_seen(store, number) for number in (1, 2)] == ["v2", f"v{int(at.timestamp())}"]
    assert (await store.inbox.measure_backlog())[0] == 2


async def test_a_deletion_that_a_server_refuses_is_told_again(clock: SteppedClock, tmp_path: Path) -> None:
    async with start_loopback_server(tmp_path) as server:
        client = RedisClient(server.url)
        store = Store(client, "brand", "test")
        await store.inbox.admit("x", [build_numbered_mention(1)], None, clock.now())
        before, way = await read_seen(store, 1), MissingPermission(server, server)
        await way.begin()
        with pytest.raises(StoreUnavailable, match="refuses a permission"):
            await store.inbox.admit("x", [build_deletion(1, clock.now())], "c1", clock.now())
        await way.end()
        assert await read_seen(store, 1) == before
        await store.inbox.admit("x", [build_deletion(1, clock.now())], "c1", clock.now())
        assert await read_seen(store, 1) == "d"
        await client.close()
