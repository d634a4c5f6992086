"""Sentinels and a cluster as real processes: what we accepted is there after a failover, counted from outside.

These wait in real time, for other processes. With SOAK, each event is tried with and without copies, for two minutes,
and more of them: `make soak` prints the table of docs/guide/deployment.md.
"""

import asyncio
import os
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path

import pytest
from redis.crc import key_slot

from bot.domain.case import derive_case_id
from bot.domain.commits import StoreUnavailable
from bot.store.client import RedisClient
from bot.store.keys import Keys
from bot.store.store import Store
from bot.workers.delivery.delivery_worker import CONCURRENCY
from tests.kill.process_group import ProcessGroup, departments, run_process_group
from tests.kill.test_kill import count_changes, say
from tests.store.loopback_server import wait_until
from tests.topology.servers import ClusterGroup, Group, run_cluster, run_sentinels
from tests.workers.numbered_mentions import build_numbered_mention

SOAKS = "SOAK" in os.environ
RATE = 10
"""Mentions a second."""
LASTS, AFTER = (120.0, 30.0) if SOAKS else (6.0, 2.0)
"""Seconds for which they come, and after which it happens."""
PAUSE = 30.0 if SOAKS else 4.0
BRAND = "northwind"
SLOT = key_slot(f"{{{BRAND}}}".encode())
KEYS, STRIDE = 100_000 if SOAKS else 2_000, 2_000
FILL = "for n = tonumber(ARGV[1]), tonumber(ARGV[2]) do redis.call('SET', KEYS[1] .. n, n, 'EX', 3600) end"
START: Mapping[str, Callable[[Path], AbstractAsyncContextManager[Group]]] = {
    "sentinels": run_sentinels,
    "cluster": run_cluster,
}


async def fail_over(group: Group, _: ProcessGroup) -> None:
    await group.fail_over(BRAND)


async def kill(group: Group, _: ProcessGroup) -> None:
    await group.kill(BRAND)


async def pause(group: Group, _: ProcessGroup) -> None:
    await group.pause(BRAND, PAUSE)


async def roll_servers(group: Group, _: ProcessGroup) -> None:
    await group.roll(BRAND)


async def roll_processes(_: Group, processes: ProcessGroup) -> None:
    await processes.restart_each()


async def move_slot(group: Group, _: ProcessGroup) -> None:
    """With many keys, since scripts are refused until the last of those they name has moved."""
    assert isinstance(group, ClusterGroup)
    await fill(group)
    await group.move_slot(SLOT)


async def move_slot_at_once(group: Group, _: ProcessGroup) -> None:
    assert isinstance(group, ClusterGroup)
    await fill(group)
    await group.move_slot_at_once(SLOT)


async def fill(group: Group) -> None:
    """Keys as of mentions that were seen in the last two weeks."""
    server = await group.find_primary(BRAND)
    for start in range(0, KEYS, STRIDE):
        await server.admin.execute("EVAL", FILL, 1, Keys(BRAND).seen_key("filled:"), start, start + STRIDE - 1)


def _is_possible(engine: str, event: str, copies: int) -> bool:
    """Each primary of the cluster has one replica; Sentinels move no slots."""
    return copies < 2 if engine == "cluster" else not event.startswith("slot") and copies != 1


EVENTS = {
    "planned failover": fail_over,
    "kill": kill,
    "pause": pause,
    "servers restarted": roll_servers,
    "processes restarted": roll_processes,
    "slot moved": move_slot,
    "slot moved at once": move_slot_at_once,
}
QUICK = (
    ("sentinels", "planned failover", 2),
    ("sentinels", "kill", 1),
    ("cluster", "planned failover", 0),
    ("cluster", "kill", 1),
    ("cluster", "slot moved", 1),
)
"""With copies nothing is lost: of Sentinels, only if all replicas have it, since for some time after a planned failover
the replica that was not chosen still follows the former primary, and confirms what is then forgotten."""
ALL = tuple(one for one in product(START, EVENTS, (0, 1, 2)) if _is_possible(*one))


@dataclass
class Sender:
    """Sends mentions as a web hook does: one that is refused is sent again until it is accepted, also the last one."""

    store: Store
    processes: ProcessGroup
    accepted: list[int] = field(default_factory=list)
    refusals: int = 0
    longest_gap: float = 0.0

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        began = last = loop.time()
        number = 0
        while loop.time() - began < LASTS or loop.time() - last > 1:
            names = self.processes.config.departments
            mention = build_numbered_mention(number, subjects=(names[number % len(names)].name,))
            try:
                await self.store.inbox.admit("x", [mention], None, self.processes.clock.now())
            except StoreUnavailable:
                self.refusals += 1
            else:
                self.accepted.append(number)
                self.longest_gap, last = max(self.longest_gap, loop.time() - last), loop.time()
                number += 1
            await self.processes.restart_dead()
            await asyncio.sleep(max(0.02, began + number / RATE - loop.time()) if number else 0.1)


@pytest.mark.timeout(600)
@pytest.mark.parametrize(("engine", "event", "copies"), ALL if SOAKS else QUICK)
async def test_what_was_accepted_is_there_after(engine: str, event: str, copies: int, tmp_path: Path) -> None:
    async with START[engine](tmp_path) as group:
        client = RedisClient(group.url, BRAND, copies)
        store, keys = Store(client, BRAND, "test"), Keys(BRAND)
        await store.inbox.create_group()
        around = run_process_group(store, group.url, BRAND, times=60, among=departments(20), copies=copies)
        async with around as processes:
            await processes.restart_dead()  # the first one imports all, which takes seconds
            sender = Sender(store, processes)
            sending = asyncio.create_task(sender.run())
            await asyncio.sleep(AFTER)
            began = asyncio.get_running_loop().time()
            await EVENTS[event](group, processes)
            took = asyncio.get_running_loop().time() - began
            await sending
            await wait_until(processes.is_idle)
            opened = await count_changes(client, keys, "opened")
            lost = [number for number in sender.accepted if derive_case_id(f"x:{number}") not in opened]
            second = sum(times - 1 for times in processes.count_messages().values())
            unshown = [n for n in sender.accepted if not processes.list_places(derive_case_id(f"x:{n}"))]
        await client.close()
    say(
        f"| {engine} | {event} | {copies} | {len(lost)} of {len(sender.accepted)} | {second} | "
        f"{sender.refusals} | {sender.longest_gap:.1f} s | {took:.1f} s |"
    )
    assert set(opened.values()) == {1}
    if copies:
        assert not lost
        assert not unshown
        assert second <= 2 * CONCURRENCY
