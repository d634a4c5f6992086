"""A brand moves from the embedded store to a cluster and on to one server, and has each key as it was."""

from pathlib import Path

import pytest

from bot.store.client import RedisClient
from bot.store.keys import Keys
from tests.clock import SteppedClock
from tests.store.loopback_server import start_loopback_server
from tests.store.test_state import assert_equal, fill, read_file, take_snapshot, write_file
from tests.topology.servers import run_cluster

BRAND = "northwind"


@pytest.mark.timeout(300)
async def test_a_brand_moves_to_a_cluster_and_on_to_one_server(
    client: RedisClient, brand: str, tmp_path: Path, clock: SteppedClock
) -> None:
    here, there = Keys(brand), Keys(BRAND)
    await fill(client, here)
    before = await take_snapshot(client, here, clock)
    await write_file(tmp_path / "one.jsonl.gz", client, here, clock, with_secrets=True)
    async with run_cluster(tmp_path / "cluster") as group:
        cluster = RedisClient(group.url, BRAND)
        await read_file(tmp_path / "one.jsonl.gz", cluster, there, clock)
        assert_equal(await take_snapshot(cluster, there, clock), before)
        await write_file(tmp_path / "two.jsonl", cluster, there, clock, with_secrets=True)
        await cluster.close()
    async with start_loopback_server(tmp_path / "single") as server:
        single = RedisClient(server.url)
        await read_file(tmp_path / "two.jsonl", single, there, clock)
        assert_equal(await take_snapshot(single, there, clock), before)
        await single.close()
