"""The one door to Redis: what is lost on the way, forgotten by the server or refused by it."""

import asyncio
import gc
import socket

import pytest

from bot.domain.commits import StoreUnavailable
from bot.store.client import MAX_CONNECTIONS, RedisClient
from bot.store.keys import Keys
from bot.store.store import Store
from tests.clock import SteppedClock
from tests.store.servers import Server
from tests.workers.numbered_mentions import build_numbered_mention


async def test_scripts_that_the_server_forgot_are_told_again(
    store: Store, clock: SteppedClock, client: RedisClient
) -> None:
    await store.inbox.admit("x", [build_numbered_mention(1)], None, clock.now())
    await client.execute("SCRIPT", "FLUSH")
    assert await store.inbox.admit("x", [build_numbered_mention(2)], None, clock.now()) == 1
    assert (await store.mention_counters.read()).seen == 2


async def test_a_stopped_server_is_unreachable_and_all_goes_on_when_it_is_back(
    server: Server, clock: SteppedClock
) -> None:
    store = Store(server.client, "brand", "test")
    await store.inbox.create_group()
    await store.inbox.admit("x", [build_numbered_mention(1)], "c1", clock.now())
    await server.stop()
    for asked in (
        store.check_writable(),
        store.inbox.admit("x", [build_numbered_mention(2)], "c2", clock.now()),
        store.mention_counters.read(),
    ):
        with pytest.raises(StoreUnavailable):
            await asked
    await server.start()
    assert await store.inbox.load_cursor("x") == "c1"
    assert await store.inbox.admit("x", [build_numbered_mention(2)], "c2", clock.now()) == 1
    assert len(await store.inbox.read("w", 10, wait=False)) == 2


async def test_a_server_killed_at_once_keeps_all_that_it_acknowledged(server: Server, clock: SteppedClock) -> None:
    """With `appendfsync always`: what else may be lost is said where the embedded server is started."""
    await server.client.execute("CONFIG", "SET", "appendfsync", "always")
    store = Store(server.client, "brand", "test")
    for number in range(200):
        await store.inbox.admit("x", [build_numbered_mention(number)], f"c{number}", clock.now())
    await server.kill()
    await server.start()
    assert (await store.mention_counters.read()).seen == 200
    assert ((await store.inbox.measure_backlog())[0], await store.inbox.load_cursor("x")) == (200, "c199")


async def test_a_server_that_lost_its_data_is_worked_with_all_the_same(
    store: Store, clock: SteppedClock, client: RedisClient, keys: Keys
) -> None:
    await client.execute("DEL", keys.inbox)
    assert await store.inbox.read("w", 10, wait=False) == []
    assert await store.inbox.admit("x", [build_numbered_mention(1)], None, clock.now()) == 1
    assert len(await store.inbox.read("w", 10, wait=False)) == 1


async def test_a_server_whose_memory_is_full_is_unreachable_and_not_our_fault(
    server: Server, clock: SteppedClock
) -> None:
    store = Store(server.client, "brand", "test")
    await server.client.execute("CONFIG", "SET", "maxmemory", "1")
    with pytest.raises(StoreUnavailable, match="takes no writes"):
        await store.inbox.admit("x", [build_numbered_mention(1)], None, clock.now())
    with pytest.raises(StoreUnavailable, match="takes no writes"):
        await server.client.execute_batch([("SET", "a", "b")])
    await server.client.execute("CONFIG", "SET", "maxmemory", "0")
    assert await store.inbox.admit("x", [build_numbered_mention(1)], None, clock.now()) == 1


async def test_an_error_of_a_pipeline_does_not_carry_the_words_of_its_commands(client: RedisClient, keys: Keys) -> None:
    await client.execute("SET", keys.mention_counters, "a string")
    with pytest.raises(Exception, match="WRONGTYPE") as raised:
        await client.execute_batch([("HSET", keys.mention_counters, "f", "what a stranger said")])
    assert "stranger" not in str(raised.value)


async def test_a_wrong_password_is_said_with_what_to_check(server: Server) -> None:
    await server.client.execute("CONFIG", "SET", "requirepass", "secret")
    stranger = RedisClient(server.url.replace("unix://", "unix://:wrong@"))
    with pytest.raises(StoreUnavailable, match="REDIS_URL"):
        await stranger.execute("PING")
    await stranger.close()


async def test_a_call_that_is_cancelled_leaves_no_answer_for_the_next(client: RedisClient, keys: Keys) -> None:
    waiting = asyncio.create_task(client.execute("BLPOP", keys.root + "nothing", 5))
    async with asyncio.timeout(60):
        while "blpop" not in await client.execute("CLIENT", "LIST", "TYPE", "normal"):  # noqa: ASYNC110
            await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    answers = await asyncio.gather(*(client.execute("ECHO", str(n)) for n in range(20)))
    assert answers == [str(n) for n in range(20)]


@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("turns", range(24))
async def test_a_cancel_at_any_moment_takes_effect(redis_url: str, keys: Keys, turns: int) -> None:
    fresh = RedisClient(redis_url)
    asking = asyncio.create_task(fresh.execute("BLPOP", keys.root + "nothing", 0.02))
    for _ in range(turns):
        await asyncio.sleep(0)
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    assert asking.cancelled()
    await fresh.close()
    del fresh, asking
    gc.collect()  # the driver drops the socket of a connection that it had not finished; it is closed here, in sight


async def test_more_callers_than_connections_are_all_served_and_a_cancelled_one_leaves_room(
    client: RedisClient, keys: Keys
) -> None:
    callers = [asyncio.create_task(client.execute("ECHO", str(n))) for n in range(MAX_CONNECTIONS * 3)]
    await asyncio.sleep(0)
    cancelled, asking = callers[-MAX_CONNECTIONS:], callers[:-MAX_CONNECTIONS]
    for caller in cancelled:
        caller.cancel()
    async with asyncio.timeout(30):
        assert await asyncio.gather(*asking) == [str(n) for n in range(MAX_CONNECTIONS * 2)]
        assert await asyncio.gather(*(client.execute("ECHO", keys.inbox) for _ in callers)) == [keys.inbox] * len(
            callers
        )
    assert all(caller.cancelled() for caller in cancelled)


async def test_what_is_asked_is_on_its_way_before_the_caller_waits(
    client: RedisClient, keys: Keys, redis_url: str
) -> None:
    """One turn of the loop is enough, and then nobody need give it another: triage reckons while its commit is made."""
    await client.execute("PING")
    asked = asyncio.ensure_future(client.execute("SET", keys.root + "word", "there"))
    await asyncio.sleep(0)
    assert _raw(redis_url, f"GET {keys.root}word") == b"$5\r\nthere\r\n"
    await asked


async def test_what_is_longer_than_the_socket_takes_at_once_arrives_whole(client: RedisClient, keys: Keys) -> None:
    long = "word " * 1_000_000
    await client.execute("SET", keys.root + "long", long)
    assert await client.execute("GET", keys.root + "long") == long


def _raw(url: str, words: str) -> bytes:
    """Asked on a socket of its own, while the loop stands still."""
    with socket.socket(socket.AF_UNIX) as other:
        other.settimeout(10)
        other.connect(url.removeprefix("unix://"))
        other.sendall(f"{words}\r\n".encode())
        return other.recv(4096)
