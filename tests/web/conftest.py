"""No socket is left open by a test."""

from collections.abc import AsyncIterator

import pytest

from tests.web.sockets import close_all


@pytest.fixture(autouse=True)
async def no_open_sockets() -> AsyncIterator[None]:
    yield
    await close_all()
