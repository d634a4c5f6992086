"""A primary with replicas and Sentinels, and a cluster of three primaries and three replicas: real ones, on loopback.

`python -m tests.topology.servers` starts a cluster for trying, and says its URL.
"""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from redis.exceptions import ConnectionError as NoConnection

from bot.domain.commits import StoreUnavailable
from bot.store.client import RedisClient
from bot.store.topology import ServerAddress
from tests.store.loopback_server import (
    LoopbackServer,
    follow,
    is_replica_linked,
    start_loopback_server,
    wait_until,
)

NAME = "earshot"
SLOTS = 16_384
DOWN_AFTER = 1_000
"""Milliseconds after which a server that does not answer counts as down; 5 to 30 s are usual."""


class Group:
    """Servers of which one has the brand's keys, and what may happen to it."""

    def __init__(self, url: str, servers: Sequence[LoopbackServer]) -> None:
        self.url, self.servers = url, servers

    async def find_primary(self, brand: str) -> LoopbackServer:
        client = RedisClient(self.url, brand)
        try:
            found = await client.topology.find_primary()
        finally:
            await client.close()
        assert found
        return self._find(found)

    def _find(self, address: ServerAddress) -> LoopbackServer:
        return next(server for server in self.servers if server.port == address.port)

    async def fail_over(self, brand: str) -> None:
        """Let a replica take over from a primary that is well, as before its machine is restarted."""
        raise NotImplementedError

    async def roll(self, brand: str) -> None:
        """Restart each server, one after the other, the primary last and after a failover."""
        primary = await self.find_primary(brand)
        for replica in self.servers:
            if replica is not primary:
                await replica.roll()
                await is_replica_linked(replica)
        await self.fail_over(brand)
        await primary.roll()
        await is_replica_linked(primary)

    async def kill(self, brand: str) -> None:
        """SIGKILL the primary, and start it again when another has taken over."""
        server = await self.find_primary(brand)
        os.kill(server.pid, signal.SIGKILL)
        await self._wait_for_another(brand, server)
        await server.restart()

    async def pause(self, brand: str, seconds: float) -> None:
        """Stop the primary for some time without its connections being closed, as a machine that swaps."""
        server = await self.find_primary(brand)
        os.kill(server.pid, signal.SIGSTOP)
        await asyncio.sleep(seconds)
        os.kill(server.pid, signal.SIGCONT)

    async def _wait_for_another(self, brand: str, server: LoopbackServer) -> None:
        async def has_moved() -> bool:
            with suppress(NoConnection):
                return await self.find_primary(brand) is not server
            return False

        await wait_until(has_moved)


class SentinelGroup(Group):
    def __init__(self, url: str, servers: Sequence[LoopbackServer], sentinels: Sequence[LoopbackServer]) -> None:
        super().__init__(url, servers)
        self._sentinels = sentinels

    async def fail_over(self, brand: str) -> None:
        server = await self.find_primary(brand)

        async def is_begun() -> bool:
            await self._sentinels[0].admin.execute("SENTINEL", "FAILOVER", NAME)
            return True

        await wait_until(is_begun)
        await self._wait_for_another(brand, server)


class ClusterGroup(Group):
    async def roll(self, brand: str) -> None:  # noqa: ARG002 - all of the cluster is restarted
        """Do so in each shard of the cluster: a replica, a failover to it, and then the primary."""
        for primary in dict.fromkeys((await self.list_owners()).values()):
            replica = await self._find_replica(primary)
            await replica.roll()
            await is_replica_linked(replica)
            await replica.admin.execute("CLUSTER", "FAILOVER")
            await wait_until(partial(self._owns_slots, replica))
            await primary.roll()
            await is_replica_linked(primary)

    async def _owns_slots(self, server: LoopbackServer) -> bool:
        return server in (await self.list_owners()).values()

    async def fail_over(self, brand: str) -> None:
        server = await self.find_primary(brand)
        replica = await self._find_replica(server)
        await replica.admin.execute("CLUSTER", "FAILOVER")
        await self._wait_for_another(brand, server)

    async def _find_replica(self, primary: LoopbackServer) -> LoopbackServer:
        own = str(await primary.admin.execute("CLUSTER", "MYID"))
        lines = str(await primary.admin.execute("CLUSTER", "NODES")).splitlines()
        ports = [int(line.split()[1].partition("@")[0].rpartition(":")[2]) for line in lines if line.split()[3] == own]
        return next(server for server in self.servers if server.port in ports)

    async def move_slot(self, slot: int) -> None:
        """Move a slot with all its keys to another primary, a hundred keys at a time, as `valkey-cli --cluster` does."""
        source, target, ids = await self._choose_target(slot)
        await target.admin.execute("CLUSTER", "SETSLOT", slot, "IMPORTING", ids[source])
        await source.admin.execute("CLUSTER", "SETSLOT", slot, "MIGRATING", ids[target])
        while keys := await source.admin.execute("CLUSTER", "GETKEYSINSLOT", slot, 100):
            await source.admin.execute("MIGRATE", "127.0.0.1", target.port, "", 0, 5_000, "KEYS", *keys)
        for one in (target, source):
            await one.admin.execute("CLUSTER", "SETSLOT", slot, "NODE", ids[target])

    async def move_slot_at_once(self, slot: int) -> None:
        """Let the server move the slot as a whole, as Valkey 9 and newer can."""
        source, target, ids = await self._choose_target(slot)
        await source.admin.execute("CLUSTER", "MIGRATESLOTS", "SLOTSRANGE", slot, slot, "NODE", ids[target])
        await wait_until(partial(self._has_slot, target, slot))

    async def _has_slot(self, server: LoopbackServer, slot: int) -> bool:
        return (await self.list_owners())[slot] is server

    async def _choose_target(self, slot: int) -> tuple[LoopbackServer, LoopbackServer, dict[LoopbackServer, str]]:
        """Return the owner of the slot, another primary, and the ids of both."""
        owners = await self.list_owners()
        source, target = owners[slot], next(one for one in owners.values() if one is not owners[slot])
        return source, target, {one: str(await one.admin.execute("CLUSTER", "MYID")) for one in (source, target)}

    async def list_owners(self) -> dict[int, LoopbackServer]:
        found: dict[int, LoopbackServer] = {}
        for first, last, primary, *_ in await self.servers[0].admin.execute("CLUSTER", "SLOTS"):
            found |= dict.fromkeys(range(first, last + 1), self._find(ServerAddress("", primary[1])))
        return found


@asynccontextmanager
async def run_sentinels(folder: Path, *, replicas: int = 2, sentinels: int = 3) -> AsyncIterator[SentinelGroup]:
    async with AsyncExitStack() as stack:
        servers = []
        for number in range(1 + replicas):
            started = await stack.enter_async_context(start_loopback_server(folder / f"server{number}"))
            servers.append(started)
        for replica in servers[1:]:
            await follow(replica, servers[0])
        watching = []
        for number in range(sentinels):
            config = folder / f"sentinel{number}.conf"
            config.write_text(
                f"sentinel monitor {NAME} 127.0.0.1 {servers[0].port} {sentinels // 2 + 1}\n"
                f"sentinel down-after-milliseconds {NAME} {DOWN_AFTER}\n"
                f"sentinel failover-timeout {NAME} 5000\n"
            )
            place = folder / f"sentinel{number}"
            watching.append(await stack.enter_async_context(start_loopback_server(place, "--sentinel", config=config)))
        hosts = ",".join(f"127.0.0.1:{one.port}" for one in watching)
        for one in watching:
            await wait_until(partial(_knows_all, one, replicas, sentinels))
        yield SentinelGroup(f"redis+sentinel://{hosts}/{NAME}/0", servers, watching)


async def _knows_all(sentinel: LoopbackServer, replicas: int, sentinels: int) -> bool:
    flat = await sentinel.admin.execute("SENTINEL", "MASTER", NAME)
    found = dict(zip(flat[::2], flat[1::2], strict=True))
    return int(found["num-slaves"]) == replicas and int(found["num-other-sentinels"]) == sentinels - 1


@asynccontextmanager
async def run_cluster(folder: Path, *, primaries: int = 3) -> AsyncIterator[ClusterGroup]:
    """Start a cluster with one replica for each primary."""
    words = ("--cluster-enabled", "yes", "--cluster-node-timeout", str(2 * DOWN_AFTER))
    async with AsyncExitStack() as stack:
        nodes = []
        for number in range(2 * primaries):
            started = await stack.enter_async_context(start_loopback_server(folder / f"node{number}", *words))
            nodes.append(started)
        for number, node in enumerate(nodes):
            await node.admin.execute("CLUSTER", "SET-CONFIG-EPOCH", number + 1)
            await node.admin.execute("CLUSTER", "MEET", "127.0.0.1", nodes[0].port)
        for number, node in enumerate(nodes[:primaries]):
            first, last = number * SLOTS // primaries, (number + 1) * SLOTS // primaries - 1
            await node.admin.execute("CLUSTER", "ADDSLOTSRANGE", first, last)
        for node in nodes:
            await wait_until(partial(_knows_nodes, node, len(nodes)))
        for primary, replica in zip(nodes[:primaries], nodes[primaries:], strict=True):
            await _replicate(replica, primary)
        for node in nodes:
            await wait_until(partial(_is_whole, node, primaries))
        yield ClusterGroup("redis+cluster://" + ",".join(f"127.0.0.1:{node.port}" for node in nodes[:3]), nodes)


async def _knows_nodes(node: LoopbackServer, count: int) -> bool:
    return f"cluster_known_nodes:{count}" in str(await node.admin.execute("CLUSTER", "INFO"))


async def _replicate(replica: LoopbackServer, primary: LoopbackServer) -> None:
    own = str(await primary.admin.execute("CLUSTER", "MYID"))

    async def is_linked() -> bool:
        await replica.admin.execute("CLUSTER", "REPLICATE", own)
        return "master_link_status:up" in str(await replica.admin.execute("INFO", "replication"))

    await wait_until(is_linked)


async def _is_whole(node: LoopbackServer, primaries: int) -> bool:
    slots = await node.admin.execute("CLUSTER", "SLOTS")
    state = str(await node.admin.execute("CLUSTER", "INFO"))
    return "cluster_state:ok" in state and len(slots) == primaries and all(len(one) == 4 for one in slots)


async def _run_until_stopped() -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    with TemporaryDirectory(prefix="earshot-cluster-") as folder:
        async with run_cluster(Path(folder)) as group:
            sys.stdout.write(f"A cluster of 3 primaries and 3 replicas runs until Ctrl-C.\nREDIS_URL={group.url}\n")
            sys.stdout.flush()
            await stop.wait()


if __name__ == "__main__":
    try:
        asyncio.run(_run_until_stopped())
    except StoreUnavailable as away:
        raise SystemExit(str(away)) from away
