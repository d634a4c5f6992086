"""What every test may ask for: a real server, keys of its own, a clock to advance."""

import itertools
import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import structlog
from hypothesis import settings

from bot.store.client import RedisClient
from bot.store.embedded_server import EmbeddedServer
from bot.store.keys import Keys
from bot.store.store import Store
from tests import slack_types
from tests.clock import SteppedClock

# Speed is measured by the bench, and asserted by no test. The same examples each time, so that what a change is
# refused for is its own doing; `make fuzz` looks for new ones, and what it finds becomes a test.
settings.register_profile("earshot", deadline=None, derandomize=True, database=None)
settings.register_profile("fuzz", deadline=None, max_examples=2_000, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "earshot"))

_numbers = itertools.count()


@pytest.fixture(autouse=True)
def _quick_tracebacks() -> None:
    """Unless a test asks for the real log: by itself, structlog draws an error with all its locals, which takes seconds."""
    if not structlog.is_configured():
        plain = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
        structlog.configure(processors=[structlog.processors.add_log_level, plain])


@pytest.fixture(autouse=True)
def _slacks_own_types() -> Iterator[None]:
    """Whatever a test draws is held against the types that Slack publishes, where they lie beside the checkout."""
    with slack_types.observe() as wrong:
        yield
    assert wrong == []


@pytest.fixture(scope="session")
def redis_folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="earshot-test-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
def _server(redis_folder: Path) -> Iterator[EmbeddedServer]:
    import asyncio  # noqa: PLC0415 - only this fixture runs a loop of its own

    server = EmbeddedServer(redis_folder)

    async def begin() -> None:
        await server.ensure_running()
        await server.wait_ready()

    asyncio.run(begin())
    yield server
    asyncio.run(server.stop())


@pytest.fixture(scope="session")
def redis_url(_server: EmbeddedServer) -> str:
    """A real Redis-compatible server on a unix socket, one for the whole run; another if TEST_REDIS_URL names it."""
    return os.environ.get("TEST_REDIS_URL") or _server.url


@pytest.fixture
def brand() -> str:
    """A prefix of its own for each test, and each run on a server that stays, so that nothing need be flushed."""
    run = f"{os.getpid()}-" if "TEST_REDIS_URL" in os.environ else ""
    return f"test{run}{next(_numbers)}"


@pytest.fixture
async def client(redis_url: str, brand: str) -> AsyncIterator[RedisClient]:
    made = RedisClient(redis_url, brand)
    yield made
    await made.close()


@pytest.fixture
def keys(brand: str) -> Keys:
    return Keys(brand)


@pytest.fixture
async def store(client: RedisClient, brand: str) -> Store:
    made = Store(client, brand, "test")
    await made.inbox.create_group()
    return made


@pytest.fixture
def clock() -> SteppedClock:
    return SteppedClock()
