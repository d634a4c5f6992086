import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from bot.store.client import RedisClient
from bot.store.store import Store
from tests.clock import SteppedClock
from tests.usecases.harness import UseCaseHarness
from tests.usecases.race import Race, serve_commit_barrier
from tests.usecases.slack_api import FakeSlackApi, serve_slack_api

PLAYBOOK = Path(__file__).with_name("playbook.toml")


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlackApi]:
    async with serve_slack_api() as made:
        made.people = {"U0ANA": ("Ana", "Europe/Lisbon"), "U0BEN": ("Ben", "Europe/Lisbon"), "U0RAJ": ("Raj", "")}
        made.groups = {"S0PRESS": ("U0PAM", "U0PIA")}
        yield made


@pytest.fixture
async def harness(
    store: Store, clock: SteppedClock, slack: FakeSlackApi, tmp_path: Path
) -> AsyncIterator[UseCaseHarness]:
    """Tuesday, nine in the morning, in Lisbon."""
    path = tmp_path / "playbook.toml"
    shutil.copyfile(PLAYBOOK, path)
    async with aiohttp.ClientSession() as session:
        yield UseCaseHarness(store, clock, path, slack, session)


@pytest.fixture
async def harness_without_store(harness: UseCaseHarness, brand: str, tmp_path: Path) -> AsyncIterator[UseCaseHarness]:
    """The same process, with nobody at the address of its store."""
    client = RedisClient(f"unix://{tmp_path / 'nobody.sock'}")
    yield harness.start_another(Store(client, brand, "test"))
    await client.close()


@pytest.fixture
async def race(harness: UseCaseHarness, redis_url: str, brand: str) -> AsyncIterator[Race]:
    async with serve_commit_barrier(redis_url) as barrier:
        client = RedisClient(barrier.url)
        yield Race(barrier, harness.start_another(Store(client, brand, "race")).usecases)
        await client.close()
