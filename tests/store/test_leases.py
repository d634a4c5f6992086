"""What must run once runs once. Leases live in the server's own time, so these tests wait a few hundredths of it."""

import asyncio
import subprocess
import sys
from datetime import timedelta

import pytest

from bot.store.client import Client
from bot.store.fencing import LeaseLost, fenced, is_lease_over
from bot.store.keys import Keys
from bot.store.leases import Leases
from bot.store.outbox import Outbox
from bot.store.records import CardRecord, CardState
from tests.store.servers import Server

SHORT = timedelta(milliseconds=90)
LONG = timedelta(seconds=30)


@pytest.fixture
def ana(client: Client, keys: Keys) -> Leases:
    return Leases(client, keys, "ana")


@pytest.fixture
def ben(client: Client, keys: Keys) -> Leases:
    return Leases(client, keys, "ben")


async def test_a_lease_has_one_holder_who_may_take_it_again(ana: Leases, ben: Leases) -> None:
    assert await ana.take("l", LONG)
    assert not await ben.take("l", LONG)
    assert await ana.take("l", LONG)


async def test_a_fence_goes_up_with_each_other_holder_and_stays_for_who_takes_it_again(
    ana: Leases, ben: Leases
) -> None:
    first = await ana.take("l", LONG)
    again = await ana.take("l", LONG)
    await ana.give_back("l")
    alone = await ana.take("l", LONG)
    await ana.give_back("l")
    other = await ben.take("l", LONG)
    await ben.give_back("l")
    back = await ana.take("l", LONG)
    assert first
    assert again
    assert alone
    assert other
    assert back
    assert [one.token for one in (first, again, alone, other, back)] == ["1 ana", "1 ana", "1 ana", "2 ben", "3 ana"]


async def test_who_lost_a_lease_writes_nothing_but_what_only_they_can_know(
    ana: Leases, ben: Leases, client: Client, keys: Keys
) -> None:
    outbox = Outbox(client, keys)
    begun, posted = CardRecord(state=CardState.POSTING, since=1), CardRecord(state=CardState.POSTED, ts="1.0")
    fence = await ana.take("l", SHORT)
    assert fence
    with fenced(fence):
        await outbox.save_card("c", begun)
        while not await ben.take("l", LONG):  # noqa: ASYNC110 - Redis has no event to wait for
            await asyncio.sleep(SHORT.total_seconds() / 3)
        with pytest.raises(LeaseLost):
            await outbox.save_card("c", CardRecord())
        assert await outbox.card("c") == begun
        assert is_lease_over()
        await outbox.save_card("c", posted, begun)  # the answer to what they began, which nobody else has taken up
        assert await outbox.card("c") == posted
        await outbox.save_card("c", CardRecord(), begun)
        assert await outbox.card("c") == posted
    assert not is_lease_over()


def test_two_processes_of_one_host_and_number_have_two_names() -> None:
    ask = "import os, socket; os.getpid = lambda: 1; socket.gethostname = lambda: 'bot'; "
    ask += "from bot.store.leases import process_name; print(process_name(), process_name())"
    said = [subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True) for _ in range(2)]
    names = [one.stdout.split() for one in said]

    assert all(first == second for first, second in names)
    assert names[0][0] != names[1][0]


async def test_only_its_holder_gives_a_lease_back(ana: Leases, ben: Leases) -> None:
    await ana.take("l", LONG)
    await ben.give_back("l")
    assert not await ben.take("l", LONG)
    await ana.give_back("l")
    assert await ben.take("l", LONG)


async def test_the_lease_of_a_dead_holder_ends(ana: Leases, ben: Leases) -> None:
    await ana.take("l", SHORT)
    async with asyncio.timeout(60), ben.hold("l", SHORT):
        assert not await ana.take("l", SHORT)


async def test_a_lease_is_kept_for_as_long_as_it_is_held_and_given_back_then(ana: Leases, ben: Leases) -> None:
    async with ana.hold("l", SHORT):
        await asyncio.sleep(3 * SHORT.total_seconds())
        assert not await ben.take("l", SHORT)
    assert await ben.take("l", SHORT)


async def test_who_loses_a_lease_is_stopped_with_lease_lost(ana: Leases, client: Client, keys: Keys) -> None:
    with pytest.raises(LeaseLost):  # noqa: PT012 - what is inside is the point
        async with asyncio.timeout(60), ana.hold("l", SHORT):
            await client.call("SET", keys.lease("l"), "ben")
            await asyncio.Event().wait()
    assert await client.call("GET", keys.lease("l")) == "ben"


async def test_a_timeout_of_the_inside_is_no_lost_lease(ana: Leases, ben: Leases) -> None:
    with pytest.raises(TimeoutError):
        async with ana.hold("l", LONG):
            raise TimeoutError
    assert await ben.take("l", LONG)


async def test_a_holder_who_is_cancelled_gives_the_lease_back(ana: Leases, ben: Leases) -> None:
    inside = asyncio.Event()

    async def hold() -> None:
        async with ana.hold("l", LONG):
            inside.set()
            await asyncio.Event().wait()

    holding = asyncio.create_task(hold())
    await inside.wait()
    holding.cancel()
    await asyncio.gather(holding, return_exceptions=True)
    assert await ben.take("l", LONG)


async def test_who_cannot_reach_the_server_stops_when_the_lease_has_ended_there(server: Server, keys: Keys) -> None:
    loop, length = asyncio.get_running_loop(), timedelta(milliseconds=600)
    with pytest.raises(LeaseLost):  # noqa: PT012 - what is inside is the point
        async with Leases(server.client, keys, "ana").hold("l", length):
            server.freeze()
            began = loop.time()
            await asyncio.Event().wait()
    stopped = loop.time() - began
    server.thaw()
    assert stopped < 2
