from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.store.embedded_server import EmbeddedServer
from tests.clock import SteppedClock, TickingClock
from tests.pagers.fake_services import FakePagerServices, serve_pager_services
from tests.scenarios.world import World, open_world

TICKING = {"test_pages", "test_storm_pages", "test_page_links", "test_asked_people", "test_digests", "test_forget"}
"""Stories in which no reading of the clock is like the one before."""


@pytest.fixture
def clock(request: pytest.FixtureRequest) -> SteppedClock:
    return TickingClock() if request.module.__name__.rpartition(".")[2] in TICKING else SteppedClock()


@pytest.fixture
async def world(redis_url: str, brand: str, tmp_path: Path, clock: SteppedClock) -> AsyncIterator[World]:
    """Tuesday, nine in the morning, in Lisbon. What every story must leave behind is looked at when it ends."""
    async with open_world(redis_url, brand, tmp_path, clock) as made:
        yield made
        await made.check_invariants()


@pytest.fixture
async def own_redis(tmp_path: Path) -> AsyncIterator[EmbeddedServer]:
    """A server of this story's own, which may be stopped."""
    server = EmbeddedServer(tmp_path / "redis")
    await server.ensure_running()
    await server.wait_ready()
    yield server
    await server.stop()


@pytest.fixture
async def fragile(own_redis: EmbeddedServer, brand: str, tmp_path: Path, clock: SteppedClock) -> AsyncIterator[World]:
    """The same world on a server of its own."""
    async with open_world(own_redis.url, brand, tmp_path, clock) as made:
        yield made
        await made.check_invariants()


@pytest.fixture
async def services() -> AsyncIterator[FakePagerServices]:
    """The services that ring, none of which may have been sent what its documentation does not allow."""
    async with serve_pager_services() as made:
        yield made
        assert not made.violations, made.violations
