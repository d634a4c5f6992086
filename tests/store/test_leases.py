"""What must run once runs once. Leases live in the server's own time, so these tests wait a few hundredths of it."""

import asyncio
from datetime import timedelta

import pytest

from bot.store.client import Client
from bot.store.keys import Keys
from bot.store.leases import LeaseLost, Leases
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
