"""Redis answers, and takes no writes: nothing is pretended, nothing is an error, and all goes on by itself."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, Self

import pytest

from bot.slack_sandbox import SlackMessage
from handlers.responder import AWAY
from tests.run.process import EarshotProcess, run_earshot
from tests.run.test_run import card_in
from tests.store.loopback_server import (
    WRITE_FAILURES,
    LoopbackServer,
    WriteFailure,
    follow,
    free_port,
    is_replica_linked,
    start_loopback_server,
)

GOES_ON_WITHIN = 5.0
"""Seconds after the first write that is taken."""


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[LoopbackServer]:
    async with start_loopback_server(tmp_path / "server") as made:
        yield made


@pytest.fixture
async def spare(tmp_path: Path) -> AsyncIterator[LoopbackServer]:
    async with start_loopback_server(tmp_path / "spare") as made:
        yield made


@pytest.mark.parametrize("how", WRITE_FAILURES)
async def test_a_store_that_takes_no_writes_is_said_at_every_door_and_all_goes_on_when_it_does(
    how: type[WriteFailure], server: LoopbackServer, spare: LoopbackServer, tmp_path: Path
) -> None:
    way = how(server, spare)
    async with run_earshot(tmp_path, socket_mode=False, more={"REDIS_URL": server.url}) as earshot:
        assert await earshot.deliver("you lost my suitcase again", "1") == 202
        card = await card_in(earshot)

        await way.begin()
        await _refuses_at_every_door(earshot, card)
        await way.end()

        async with asyncio.timeout(GOES_ON_WITHIN):
            await _goes_on(earshot, card)
        assert not any("Traceback" in line or "step failed" in line for line in earshot.log), "".join(earshot.log)


async def test_a_name_that_leads_to_another_server_after_a_failover_is_followed(
    server: LoopbackServer, spare: LoopbackServer, tmp_path: Path
) -> None:
    async with Name(server) as name, run_earshot(tmp_path, socket_mode=False, more={"REDIS_URL": name.url}) as earshot:
        assert await earshot.deliver("you lost my suitcase again", "1") == 202
        card = await card_in(earshot)
        await follow(spare, server)

        name.leads_to = spare
        await spare.admin.execute("REPLICAOF", "NO", "ONE")
        await server.admin.execute("REPLICAOF", "127.0.0.1", spare.port)
        await is_replica_linked(server)

        async with asyncio.timeout(GOES_ON_WITHIN):
            await _goes_on(earshot, card)


async def _refuses_at_every_door(earshot: EarshotProcess, card: SlackMessage) -> None:
    status, headers = await earshot.deliver_with_headers("and nobody answers", "2")
    assert (status, headers.get("Retry-After")) == (503, "5")
    outcome = await earshot.sandbox.get_user("ana").click_button(card, "Claim")
    assert outcome.acked
    await earshot.sandbox.wait_until(lambda: _told(earshot) == AWAY)
    assert (await earshot.get("/healthz"))[0] == 200
    status, said = await earshot.get("/readyz")
    assert (status, json.loads(said)["ready"]) == (503, False)
    status, said = await earshot.get("/statusz")
    assert status == 200
    assert json.loads(said)["troubles"]["redis"].startswith("Redis ")
    assert "earshot_store_up 0.0" in (await earshot.get("/metrics"))[1]


async def _goes_on(earshot: EarshotProcess, card: SlackMessage) -> None:
    """Everything that a door can be asked, as soon as it takes it."""
    await _becomes(earshot, lambda: earshot.get("/readyz"), lambda answer: answer[0] == 200)
    await _becomes(earshot, lambda: earshot.deliver("and nobody answers", "2"), lambda status: status == 202)
    await earshot.sandbox.wait_until(lambda: len(earshot.workspace.find_channel("C0CARE").messages) >= 2)
    await earshot.sandbox.get_user("ana").click_button(card, "Claim")
    await earshot.sandbox.wait_until(lambda: "<@U0ANA>" in card.read_text())
    _, metrics = await earshot.get("/metrics")
    assert 'earshot_mentions{outcome="seen"} 2.0' in metrics
    assert "earshot_unaccounted 0.0" in metrics


async def _becomes(earshot: EarshotProcess, ask: Callable[[], Any], true: Callable[[Any], bool]) -> None:
    while not true(await ask()):
        assert earshot.process.returncode is None, "".join(earshot.log)
        await asyncio.sleep(0.1)


def _told(earshot: EarshotProcess) -> str:
    said = earshot.sandbox.get_user("ana").ephemeral_messages
    return said[-1].read_text() if said else ""


class Name:
    """A name that leads to one server or another: what is connected stays where it was, as with any name."""

    def __init__(self, first: LoopbackServer) -> None:
        self.leads_to = first
        self._port = free_port()
        self._pipes: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        return self.leads_to.url.replace(str(self.leads_to.port), str(self._port))

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", self._port)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for pipe in self._pipes:
            pipe.cancel()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", self.leads_to.port)
        for source, target in ((reader, back), (there, writer)):
            task = asyncio.create_task(_pass_on(source, target))
            self._pipes.add(task)
            task.add_done_callback(self._pipes.discard)


async def _pass_on(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    try:
        while some := await source.read(65_536):
            target.write(some)
            await target.drain()
    finally:
        target.close()
