"""A brand moves from one server to a cluster or to Sentinels, and on to one server, and has each key as it was."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from bot.store.client import RedisClient
from bot.store.keys import Keys
from tests.clock import SteppedClock
from tests.store.loopback_server import start_loopback_server
from tests.store.test_state import assert_equal, fill, read_file, take_snapshot, write_file
from tests.topology.servers import Group, run_cluster, run_sentinels

BRAND = "northwind"


@pytest.mark.timeout(300)
@pytest.mark.parametrize("start", [run_cluster, run_sentinels])
async def test_a_brand_moves_to_a_group_of_servers_and_on_to_one(
    client: RedisClient,
    brand: str,
    tmp_path: Path,
    clock: SteppedClock,
    start: Callable[[Path], AbstractAsyncContextManager[Group]],
) -> None:
    here, there = Keys(brand), Keys(BRAND)
    await fill(client, here)
    before = await take_snapshot(client, here, clock)
    await write_file(tmp_path / "one.jsonl.gz", client, here, clock, with_secrets=True)
    async with start(tmp_path / "group") as group:
        servers = RedisClient(group.url, BRAND)
        await read_file(tmp_path / "one.jsonl.gz", servers, there, clock)
        assert_equal(await take_snapshot(servers, there, clock), before)
        await write_file(tmp_path / "two.jsonl", servers, there, clock, with_secrets=True)
        await servers.close()
    async with start_loopback_server(tmp_path / "single") as server:
        single = RedisClient(server.url)
        await read_file(tmp_path / "two.jsonl", single, there, clock)
        assert_equal(await take_snapshot(single, there, clock), before)
        await single.close()
