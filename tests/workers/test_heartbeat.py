"""The heartbeat needs a write: whoever waits for it outside hears nothing while none can be made."""

from pathlib import Path

import pytest

from bot.domain.commits import StoreUnavailable
from bot.domain.health.issues import HealthState
from bot.store.client import RedisClient
from bot.store.store import Store
from bot.workers.heartbeat import HeartbeatWorker
from bot.workers.runner import Liveness
from tests.clock import WoundClock
from tests.store.loopback import WAYS, OneRightShort, Way, loopback


class Listens:
    def __init__(self) -> None:
        self.heard = 0

    async def send_heartbeat(self) -> str:
        self.heard += 1
        return ""


async def watched(store: Store, clock: WoundClock) -> None:
    """Somebody has just watched over Earshot, so that only the store can be what is wrong."""
    body = HealthState(looked_at=clock.now()).model_dump_json()
    await store.client.execute("HSET", store.keys.health_state, "v", 1, "body", body)


@pytest.mark.parametrize("how", [*WAYS, OneRightShort])
async def test_nothing_is_called_while_no_write_can_be_made(how: type[Way], tmp_path: Path, clock: WoundClock) -> None:
    outside = Listens()
    async with loopback(tmp_path / "server") as server, loopback(tmp_path / "spare") as spare:
        client = RedisClient(server.url)
        store = Store(client, "brand", "test")
        await watched(store, clock)
        heartbeat, way = HeartbeatWorker(store, outside, Liveness(), clock), how(server, spare)
        await heartbeat.step()
        await way.begin()
        for _ in range(3):
            clock.wind(minutes=1)
            with pytest.raises(StoreUnavailable):
                await heartbeat.step()
        await way.end()
        await heartbeat.step()
        assert outside.heard == 2
        await client.close()
