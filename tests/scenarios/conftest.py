from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.clock import WoundClock
from tests.scenarios.world import World, world_on


@pytest.fixture
async def world(redis_url: str, brand: str, tmp_path: Path, clock: WoundClock) -> AsyncIterator[World]:
    """Tuesday, nine in the morning, in Lisbon. What every story must leave behind is looked at when it ends."""
    async with world_on(redis_url, brand, tmp_path, clock) as made:
        yield made
        await made.ends()
