"""Servers of their own, for tests that stop, fill or kill one."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.store.embedded_server import EmbeddedServer
from tests.store.servers import Server


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    made = Server(tmp_path)
    await made.start()
    yield made
    await made.end()


@pytest.fixture
async def first(tmp_path: Path) -> AsyncIterator[EmbeddedServer]:
    made = EmbeddedServer(tmp_path)
    yield made
    await made.stop()


@pytest.fixture
async def second(tmp_path: Path) -> AsyncIterator[EmbeddedServer]:
    made = EmbeddedServer(tmp_path)
    yield made
    await made.stop()
