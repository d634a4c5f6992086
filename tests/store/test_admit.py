"""What is let into the inbox: each mention once, and the cursor with it, or nothing."""

from pathlib import Path

import pytest

from bot.domain.commits import StoreUnavailable
from bot.store.client import RedisClient
from bot.store.inbox import Inbox
from bot.store.store import Store
from tests.clock import WoundClock
from tests.store.loopback import OneRightShort, loopback
from tests.workers.said import said


async def test_a_mention_is_let_in_once_however_often_it_comes(store: Store, clock: WoundClock) -> None:
    assert await store.inbox.admit("x", [said(1), said(2), said(1)], "c1", clock.now()) == 2
    assert await store.inbox.admit("x", [said(2), said(3)], "c2", clock.now()) == 1
    assert (await store.inbox.measure_backlog())[0] == 3
    assert (await store.mention_counters.read()).seen == 3


async def test_the_cursor_moves_with_what_was_read_and_stays_where_none_is_given(
    store: Store, clock: WoundClock
) -> None:
    await store.inbox.admit("x", [said(1)], "c1", clock.now())
    await store.inbox.admit("x", [said(2)], None, clock.now())
    assert await store.inbox.load_cursor("x") == "c1"
    await store.inbox.admit("x", (), "c3", clock.now())
    assert (await store.inbox.load_cursor("x"), await store.inbox.load_cursor("forum")) == ("c3", None)


async def test_progress_without_mentions_does_not_count_as_hearing(store: Store, clock: WoundClock) -> None:
    await store.inbox.admit("x", (), "c1", clock.now())
    assert await store.inbox.load_source_activity() == {}
    await store.inbox.admit("x", [said(1)], "c2", clock.now())
    assert await store.inbox.load_source_activity() == {"x": int(clock.seconds() * 1000)}


async def test_a_full_inbox_refuses_and_moves_nothing(store: Store, clock: WoundClock) -> None:
    inbox = Inbox(store.client, store.keys, max_entries=3)
    await inbox.admit("x", [said(1), said(2)], "c1", clock.now())
    with pytest.raises(StoreUnavailable, match="full"):
        await inbox.admit("x", [said(3), said(4)], "c2", clock.now())
    assert await inbox.load_cursor("x") == "c1"
    assert (await store.mention_counters.read()).seen == 2
    assert await inbox.admit("x", [said(3)], "c2", clock.now()) == 1


async def test_what_was_refused_by_a_full_inbox_is_new_when_it_comes_again(store: Store, clock: WoundClock) -> None:
    full = Inbox(store.client, store.keys, max_entries=1)
    with pytest.raises(StoreUnavailable):
        await full.admit("x", [said(1), said(2)], "c1", clock.now())
    assert await store.inbox.admit("x", [said(1), said(2)], "c1", clock.now()) == 2


async def test_what_is_read_back_is_what_was_said(store: Store, clock: WoundClock) -> None:
    heard = said(1, text='Ünïcode 🧳 \u2028 and\n"quotes"', conversation="c", lang="pt", subjects=("Northwind",))
    await store.inbox.admit("x", [heard], None, clock.now())
    (entry,) = await store.inbox.read("w", 10, wait=False)
    assert (entry.mention, entry.arrived) == (heard, int(clock.seconds() * 1000))


async def test_what_a_server_refuses_in_the_middle_is_new_when_it_comes_again(
    clock: WoundClock, tmp_path: Path
) -> None:
    async with loopback(tmp_path) as server:
        client = RedisClient(server.url)
        store = Store(client, "brand", "test")
        way = OneRightShort(server, server)
        await way.begin()
        with pytest.raises(StoreUnavailable, match="does not allow"):
            await store.inbox.admit("x", [said(1), said(2)], "c1", clock.now())
        await way.end()
        assert await store.inbox.admit("x", [said(1), said(2)], "c1", clock.now()) == 2
        assert ((await store.mention_counters.read()).seen, await store.inbox.load_cursor("x")) == (2, "c1")
        await client.close()
