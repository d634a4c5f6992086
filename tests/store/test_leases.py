"""What must run once runs once. Leases live in the server's own time, so these tests wait a few hundredths of it."""

import asyncio
import subprocess
import sys
from datetime import timedelta

import pytest

from bot.store.client import RedisClient
from bot.store.fencing import LeaseLostError, enforce_fence, is_lease_over
from bot.store.keys import Keys
from bot.store.leases import LeaseManager
from bot.store.message_records import CardRecord, CardState
from bot.store.outbox import Outbox
from tests.store.servers import Server

SHORT = timedelta(milliseconds=90)
LONG = timedelta(seconds=30)


@pytest.fixture
def ana(client: RedisClient, keys: Keys) -> LeaseManager:
    return LeaseManager(client, keys, "ana")


@pytest.fixture
def ben(client: RedisClient, keys: Keys) -> LeaseManager:
    return LeaseManager(client, keys, "ben")


async def test_a_lease_has_one_holder_who_may_take_it_again(ana: LeaseManager, ben: LeaseManager) -> None:
    assert await ana.acquire("l", LONG)
    assert not await ben.acquire("l", LONG)
    assert await ana.acquire("l", LONG)


async def test_a_fence_goes_up_with_each_other_holder_and_stays_for_who_takes_it_again(
    ana: LeaseManager, ben: LeaseManager
) -> None:
    first = await ana.acquire("l", LONG)
    again = await ana.acquire("l", LONG)
    await ana.release("l")
    alone = await ana.acquire("l", LONG)
    await ana.release("l")
    other = await ben.acquire("l", LONG)
    await ben.release("l")
    back = await ana.acquire("l", LONG)
    assert first
    assert again
    assert alone
    assert other
    assert back
    assert [one.token for one in (first, again, alone, other, back)] == ["1 ana", "1 ana", "1 ana", "2 ben", "3 ana"]


async def test_who_lost_a_lease_writes_nothing_but_what_only_they_can_know(
    ana: LeaseManager, ben: LeaseManager, client: RedisClient, keys: Keys
) -> None:
    outbox = Outbox(client, keys)
    begun, posted = CardRecord(state=CardState.POSTING, since=1), CardRecord(state=CardState.POSTED, ts="1.0")
    fence = await ana.acquire("l", SHORT)
    assert fence
    with enforce_fence(fence):
        await outbox.save_card("c", begun)
        while not await ben.acquire("l", LONG):  # noqa: ASYNC110 - Redis has no event to wait for
            await asyncio.sleep(SHORT.total_seconds() / 3)
        with pytest.raises(LeaseLostError):
            await outbox.save_card("c", CardRecord())
        assert await outbox.load_card("c") == begun
        assert is_lease_over()
        await outbox.save_card("c", posted, begun)  # the answer to what they began, which nobody else has taken up
        assert await outbox.load_card("c") == posted
        await outbox.save_card("c", CardRecord(), begun)
        assert await outbox.load_card("c") == posted
    assert not is_lease_over()


def test_two_processes_of_one_host_and_number_have_two_names() -> None:
    ask = "import os, socket; os.getpid = lambda: 1; socket.gethostname = lambda: 'bot'; "
    ask += "from bot.store.leases import build_process_name as name; print(name(), name())"
    said = [subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True) for _ in range(2)]
    names = [one.stdout.split() for one in said]

    assert all(first == second for first, second in names)
    assert names[0][0] != names[1][0]


async def test_only_its_holder_gives_a_lease_back(ana: LeaseManager, ben: LeaseManager) -> None:
    await ana.acquire("l", LONG)
    await ben.release("l")
    assert not await ben.acquire("l", LONG)
    await ana.release("l")
    assert await ben.acquire("l", LONG)


async def test_the_lease_of_a_dead_holder_ends(ana: LeaseManager, ben: LeaseManager) -> None:
    await ana.acquire("l", SHORT)
    async with asyncio.timeout(60), ben.hold_lease("l", SHORT):
        assert not await ana.acquire("l", SHORT)


async def test_a_lease_is_kept_for_as_long_as_it_is_held_and_given_back_then(
    ana: LeaseManager, ben: LeaseManager
) -> None:
    async with ana.hold_lease("l", SHORT):
        await asyncio.sleep(3 * SHORT.total_seconds())
        assert not await ben.acquire("l", SHORT)
    assert await ben.acquire("l", SHORT)


async def test_who_loses_a_lease_is_stopped_with_lease_lost(ana: LeaseManager, client: RedisClient, keys: Keys) -> None:
    with pytest.raises(LeaseLostError):  # noqa: PT012 - what is inside is the point
        async with asyncio.timeout(60), ana.hold_lease("l", SHORT):
            await client.execute("SET", keys.lease_key("l"), "ben")
            await asyncio.Event().wait()
    assert await client.execute("GET", keys.lease_key("l")) == "ben"


async def test_a_timeout_of_the_inside_is_no_lost_lease(ana: LeaseManager, ben: LeaseManager) -> None:
    with pytest.raises(TimeoutError):
        async with ana.hold_lease("l", LONG):
            raise TimeoutError
    assert await ben.acquire("l", LONG)


async def test_a_holder_who_is_cancelled_gives_the_lease_back(ana: LeaseManager, ben: LeaseManager) -> None:
    inside = asyncio.Event()

    async def hold() -> None:
        async with ana.hold_lease("l", LONG):
            inside.set()
            await asyncio.Event().wait()

    holding = asyncio.create_task(hold())
    await inside.wait()
    holding.cancel()
    await asyncio.gather(holding, return_exceptions=True)
    assert await ben.acquire("l", LONG)


async def test_who_cannot_reach_the_server_stops_when_the_lease_has_ended_there(server: Server, keys: Keys) -> None:
    loop, length = asyncio.get_running_loop(), timedelta(milliseconds=600)
    with pytest.raises(LeaseLostError):  # noqa: PT012 - what is inside is the point
        async with LeaseManager(server.client, keys, "ana").hold_lease("l", length):
            server.freeze()
            began = loop.time()
            await asyncio.Event().wait()
    stopped = loop.time() - began
    server.thaw()
    assert stopped < 2
