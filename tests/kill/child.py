"""The workers as in production, in processes that die where they are told.

`python -m tests.kill.child` is a nursery: for each line of orders it forks a child, and it says who was born and who
died. A child that had to import everything anew would take a second to begin.
"""

import asyncio
import os
import re
import select
import signal
import sys
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, NoReturn

import aiohttp
import structlog

from bot.domain.routing import Clocks
from bot.sinks.slack import SlackSink, web_client
from bot.store.client import Client, Words
from bot.store.opening import store_on
from bot.workers.delivery import Delivery
from bot.workers.loop import run
from bot.workers.timers import Timers
from bot.workers.triage import Triage
from tests.kill.fast import FastClock
from tests.kill.orders import Fuse, Orders
from tests.rota import ListedRota
from tests.workers.rules import FakeRules

IDLE = timedelta(seconds=1)
"""After which what a dead one had is another's. Of the server's own, real time."""

ENTRY = re.compile(r"\d{13}-\d+")
"""An entry of the inbox, which only a commit of triage names."""


def die() -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


class DyingClient(Client):
    """The door to Redis, with a fuse on both sides of it."""

    def __init__(self, url: str, fuse: Fuse) -> None:
        super().__init__(url)
        self._fuse = fuse

    async def call(self, *words: str | float) -> Any:
        begins = words[0] == "HSET" and '"posting"' in str(words[-1])
        if begins and self._fuse.burns("begun:before"):
            die()
        reply = await super().call(*words)
        if begins and self._fuse.burns("begun:after"):
            die()
        if words[0] == "XREADGROUP" and reply and self._fuse.burns("read:after"):
            die()
        return reply

    async def scripts(self, name: str, calls: Sequence[tuple[Sequence[str], Words]]) -> list[Any]:
        kind = ""
        if name == "commit" and calls:
            answers = any(ENTRY.fullmatch(str(word)) for word in calls[0][1][:6])
            kind = "triaged" if answers else "noted"
        if kind and self._fuse.burns(f"{kind}:before"):
            die()
        replies = await super().scripts(name, calls)
        if kind and self._fuse.burns(f"{kind}:after"):
            die()
        return replies


class DyingSink(SlackSink):
    """The way to Slack, likewise."""

    def __init__(self, client: Any, fuse: Fuse) -> None:
        super().__init__(client)
        self._fuse = fuse

    async def _call(self, method: str, **arguments: Any) -> Mapping[str, Any]:
        posts = method == "chat.postMessage"
        if posts and self._fuse.burns("post:before"):
            die()
        reply = await super()._call(method, **arguments)
        if posts and self._fuse.burns("post:after"):
            die()
        return reply


async def work(orders: Orders) -> None:
    clock, fuse, stop = FastClock(orders.since, orders.times), Fuse.of(orders), asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    rules = FakeRules(*orders.departments)
    minutes = timedelta(minutes=orders.claim_within) or None
    rules.clocks = Clocks(claim_within=minutes, remind_every=minutes)
    client = DyingClient(orders.redis, fuse)
    store = store_on(client, orders.brand, orders.name)
    async with aiohttp.ClientSession() as session:
        sink = DyingSink(web_client(orders.token, orders.api, session), fuse)
        workers = (
            Triage(store, rules, clock, orders.name, idle_most=IDLE),
            Delivery(store, sink, rules, ListedRota(rules), clock, lease=IDLE),
            Timers(store, rules, ListedRota(rules), clock),
        )
        async with asyncio.TaskGroup() as group:
            for worker in workers:
                group.create_task(run(worker, clock, stop))
    await client.close()


def bear(line: str) -> None:
    pid = os.fork()
    if pid:
        print(f"born {pid}", flush=True)  # noqa: T201 - what the parent reads
        return
    asyncio.run(work(Orders.model_validate_json(line)))
    os._exit(0)


def nurse() -> None:
    """One line in, one child; ends with its input, and then ends those that are left."""
    children = 0
    while True:
        readable, _, _ = select.select([sys.stdin], [], [], 0.01)
        if readable:
            line = sys.stdin.readline()
            if not line:
                break
            bear(line)
            children += 1
        while children and (gone := os.waitpid(-1, os.WNOHANG))[0]:
            children -= 1
            print(f"died {gone[0]} {os.waitstatus_to_exitcode(gone[1])}", flush=True)  # noqa: T201
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    os.setpgrp()
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    nurse()
