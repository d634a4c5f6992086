"""The heartbeat needs a write: none is sent while no write can be made."""

from pathlib import Path

import pytest

from bot.domain.commits import StoreUnavailable
from bot.domain.health.issues import HealthState
from bot.store.client import RedisClient
from bot.store.store import Store
from bot.workers.heartbeat import HeartbeatWorker
from bot.workers.runner import Liveness
from tests.clock import SteppedClock
from tests.store.loopback_server import WRITE_FAILURES, MissingPermission, WriteFailure, start_loopback_server


class FakeHeartbeatSink:
    def __init__(self) -> None:
        self.heard = 0

    async def send_heartbeat(self) -> str:
        self.heard += 1
        return ""


async def record_watch(store: Store, clock: SteppedClock) -> None:
    """Somebody has just watched over Earshot, so that only the store can be what is wrong."""
    body = HealthState(looked_at=clock.now()).model_dump_json()
    await store.client.execute("HSET", store.keys.health_state, "v", 1, "body", body)


@pytest.mark.parametrize("how", [*WRITE_FAILURES, MissingPermission])
async def test_nothing_is_called_while_no_write_can_be_made(
    how: type[WriteFailure], tmp_path: Path, clock: SteppedClock
) -> None:
    outside = FakeHeartbeatSink()
    async with start_loopback_server(tmp_path / "server") as server, start_loopback_server(tmp_path / "spare") as spare:
        client = RedisClient(server.url)
        store = Store(client, "brand", "test")
        await record_watch(store, clock)
        heartbeat, way = HeartbeatWorker(store, outside, Liveness(), clock), how(server, spare)
        await heartbeat.step()
        await way.begin()
        for _ in range(3):
            clock.advance(minutes=1)
            with pytest.raises(StoreUnavailable):
                await heartbeat.step()
        await way.end()
        await heartbeat.step()
        assert outside.heard == 2
        await client.close()
