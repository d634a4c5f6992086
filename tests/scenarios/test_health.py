"""Earshot itself is unhealthy: its operators are told, and somebody outside when it is gone. It is nine in the morning."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.config.settings_loader import load_settings
from bot.sources.x import XSource
from bot.sources.x_options import XOptions
from bot.store.embedded_server import EmbeddedServer
from bot.workers.process_monitor import ProcessMonitor
from tests.clock import SteppedClock
from tests.scenarios.oncall_setup import build_layer, reload_schedule
from tests.scenarios.sample_posts import SPAM
from tests.scenarios.world import PLAYBOOK, World, open_world
from tests.sources.fake_x import TOKEN, serve_fake_x
from tests.sources.test_x_errors import build_cap_error
from tests.store.loopback_server import WRITE_FAILURES, MissingPermission, WriteFailure, start_loopback_server

OPERATORS = '\n[operators]\non_call = ["U0TOM"]\nchannel = "C0OPS"\n'


async def monitor_health(world: World, more: str = OPERATORS) -> None:
    world.path.write_text(world.path.read_text("utf-8") + more, "utf-8")
    assert not world.playbook.reload()
    world.monitors_health = True


async def receive_for_days(world: World, days: int) -> None:
    """X gives a mention every four minutes for an hour each morning; in between Earshot is off."""
    for _ in range(days):
        await world.run_until_idle()
        for _ in range(6):
            world.clock.advance(minutes=4)
            await world.receive(SPAM)
        world.clock.advance(hours=23, minutes=36)
    await world.run_until_idle()
    world.clock.advance(minutes=4)
    await world.receive(SPAM)


async def test_x_falls_silent_and_the_operators_are_told_once_and_when_it_ends(world: World) -> None:
    await monitor_health(world, f"{OPERATORS}\n[sources.x]\n")
    await receive_for_days(world, 3)
    await world.advance(minutes=16)
    assert not world.person("tom").dms
    await world.advance(minutes=2)
    call = world.person("tom").dm
    assert "You're on call for operators. Earshot has a problem: no posts from x for 17 min" in call.words
    assert "usual at this time: 4 min" in call.words
    assert "Earshot has a problem" in world.channel("#ops").reminders[-1].words
    await call.click("Acknowledge", by="tom")
    await world.advance(minutes=20)
    assert len(world.person("tom").dms) == 1

    await world.receive(SPAM)
    await world.advance(minutes=2)
    assert "✅ Earshot is back to normal. Resolved: no posts from x" in world.channel("#ops").reminders[-1].words
    assert len(world.channel("#ops").reminders) == 2


async def test_when_it_is_over_before_anybody_answered_nobody_else_is_called(world: World) -> None:
    await monitor_health(world, "\n[sources.x]\n")
    await receive_for_days(world, 3)
    await world.advance(minutes=18)
    assert "Earshot has a problem" in world.person("mia").dm.words
    await world.receive(SPAM)
    await world.advance(minutes=14)
    assert len(world.person("mia").dms) == 1


async def test_a_new_source_is_silent_as_long_as_it_likes(world: World) -> None:
    await monitor_health(world, f"{OPERATORS}\n[sources.x]\n")
    await world.receive(SPAM)
    await world.advance(minutes=40)
    assert not world.person("tom").dms


async def test_a_mention_that_is_nowhere_pages(world: World) -> None:
    await monitor_health(world)
    await world.local_app.store.client.execute("HINCRBY", world.local_app.store.keys.mention_counters, "seen", 2)
    await world.advance(minutes=2)
    assert "the totals don't add up: 2 unaccounted for" in world.person("tom").dm.words
    await world.local_app.store.client.execute("HINCRBY", world.local_app.store.keys.mention_counters, "seen", -2)
    await world.advance(minutes=2)
    assert "back to normal" in world.channel("#ops").reminders[-1].words


async def test_a_queue_that_stands_pages_the_person_a_schedule_names(world: World) -> None:
    reload_schedule(world, build_layer("U0LEA", "U0TOM"))
    await monitor_health(world, '\n[operators]\non_call = "nights"\nchannel = "C0OPS"\n')
    await world.local_app.store.inbox.admit("x", [world.build_mention(SPAM)], "1", world.clock.now())
    for _ in range(12):  # nobody triages
        world.clock.advance(seconds=31)
        await world.local_app.app.health_monitor.step()
    duty = await world.local_app.app.on_call_lookup.find_on_call("operators", world.clock.now())
    assert (duty.people, duty.schedule) in {(("U0LEA",), "nights"), (("U0TOM",), "nights")}
    await world.run_until_idle()
    on_call, off = ("lea", "tom") if duty.people == ("U0LEA",) else ("tom", "lea")
    assert "mentions have been waiting 5 min for triage" in world.person(on_call).dm.words
    assert not world.person(off).dms
    assert "mentions have been waiting" in world.channel("#ops").reminders[0].words


class HeartbeatServer:
    """A server that waits for the heartbeat."""

    def __init__(self) -> None:
        self.heard = 0
        self.status = 200

    async def answer(self, _: web.Request) -> web.Response:
        self.heard += 1
        return web.Response(status=self.status)


@pytest.fixture
async def heartbeat_server() -> HeartbeatServer:
    return HeartbeatServer()


@pytest.fixture
async def heartbeat_world(
    own_redis: EmbeddedServer, brand: str, tmp_path: Path, clock: SteppedClock, heartbeat_server: HeartbeatServer
) -> AsyncIterator[World]:
    async with open_world_with_heartbeat(heartbeat_server, own_redis.url, brand, tmp_path, clock) as made:
        yield made


@asynccontextmanager
async def open_world_with_heartbeat(
    heartbeat_server: HeartbeatServer, redis: str, brand: str, folder: Path, clock: SteppedClock
) -> AsyncIterator[World]:
    app = web.Application()
    app.router.add_get("/beat", heartbeat_server.answer)
    async with TestServer(app) as server:
        settings = load_settings({"EARSHOT_HEARTBEAT_URL": str(server.make_url("/beat"))})
        async with open_world(redis, brand, folder, clock, PLAYBOOK, settings) as made:
            await monitor_health(made)
            yield made
            await made.check_invariants()


async def test_the_heartbeat_stops_when_redis_does_and_comes_back_with_it(
    heartbeat_world: World, own_redis: EmbeddedServer, heartbeat_server: HeartbeatServer
) -> None:
    await heartbeat_world.advance(minutes=5)
    assert heartbeat_server.heard in {5, 6}
    await own_redis.stop()
    before = heartbeat_server.heard
    await heartbeat_world.advance(minutes=5)
    assert heartbeat_server.heard == before
    await own_redis.ensure_running()
    await own_redis.wait_ready()
    await heartbeat_world.advance(minutes=3)
    assert heartbeat_server.heard > before


@pytest.mark.parametrize("how", [*WRITE_FAILURES, MissingPermission])
async def test_the_heartbeat_stops_while_redis_takes_no_writes(
    how: type[WriteFailure], brand: str, tmp_path: Path, clock: SteppedClock, heartbeat_server: HeartbeatServer
) -> None:
    async with (
        start_loopback_server(tmp_path / "server") as server,
        start_loopback_server(tmp_path / "spare") as spare,
        open_world_with_heartbeat(heartbeat_server, server.url, brand, tmp_path, clock) as heartbeat_world,
    ):
        await heartbeat_world.advance(minutes=5)
        assert heartbeat_server.heard in {5, 6}
        before, way = heartbeat_server.heard, how(server, spare)
        await way.begin()
        await heartbeat_world.advance(minutes=5)
        assert heartbeat_server.heard == before
        await way.end()
        await heartbeat_world.advance(minutes=3)
        assert heartbeat_server.heard > before


async def test_it_stops_while_the_counters_do_not_balance(
    heartbeat_world: World, heartbeat_server: HeartbeatServer
) -> None:
    store = heartbeat_world.local_app.store
    await store.client.execute("HINCRBY", store.keys.mention_counters, "seen", 1)
    await heartbeat_world.advance(minutes=2)
    before = heartbeat_server.heard
    await heartbeat_world.advance(minutes=5)
    assert heartbeat_server.heard == before
    await store.client.execute("HINCRBY", store.keys.mention_counters, "seen", -1)
    await heartbeat_world.advance(minutes=3)
    assert heartbeat_server.heard > before


async def test_an_address_that_refuses_is_said_and_stops_nothing(
    heartbeat_world: World, heartbeat_server: HeartbeatServer
) -> None:
    heartbeat_server.status = 503
    await heartbeat_world.advance(minutes=2)
    said = await heartbeat_world.local_app.store.health_issues.load_issues()
    assert said["heartbeat"] == "The heartbeat does not arrive: EARSHOT_HEARTBEAT_URL answered 503."
    heartbeat_server.status = 200
    await heartbeat_world.advance(minutes=2)
    assert "heartbeat" not in await heartbeat_world.local_app.store.health_issues.load_issues()


async def test_xs_used_up_quota_is_told_to_the_operators_with_its_end_and_so_is_that_it_is_over(world: World) -> None:
    await monitor_health(world, f"{OPERATORS}\n[sources.x]\n")
    async with serve_fake_x(world.clock) as (x, url):
        x.streams.append(build_cap_error(period="Daily", detail="Usage cap exceeded <!channel>"))
        await world.start_sources(
            XSource(XOptions(), world.playbook.current.subjects, TOKEN, world.clock, lambda: 1.0, url)
        )
        async with asyncio.timeout(60):
            while not await world.local_app.store.health_issues.load_issues():  # noqa: ASYNC110 - it is the test that waits
                await asyncio.sleep(0.01)
        await world.advance(minutes=2)
        said = world.channel("#ops").reminders[-1].words
        assert "X's limit for this day is used up (Usage cap exceeded" in said
        assert "00:00 UTC" in said
        assert "<!channel>" in said
        assert world.sandbox.workspace.pings == []
        assert "Earshot has a problem: X's limit" in world.person("tom").dm.words
        assert len(x.connects) == 1
        await world.stop_sources()
    await world.local_app.store.health_issues.save_issue("source:x", "")
    await world.advance(minutes=2)
    assert "✅ Earshot is back to normal" in world.channel("#ops").reminders[-1].words


async def test_the_trouble_of_a_source_that_left_the_playbook_is_over(world: World) -> None:
    await monitor_health(world)
    await world.local_app.store.health_issues.save_issue("source:x", "X refuses the bearer token")
    await world.local_app.store.health_issues.save_issue("flood:x", "x sends far more than usual")
    await world.advance(minutes=2)
    assert await world.local_app.store.health_issues.load_issues() == {}


BRAND = "northwind"


class FakeProcesses:
    """Triage processes of this machine."""

    problem = ""

    def is_any_working(self, brand: str) -> bool:
        return not (self.problem and brand == BRAND)

    def describe_problem(self, brand: str) -> str:
        return self.problem if brand == BRAND else ""


async def test_that_no_triage_process_works_for_a_minute_is_told_to_the_operators_and_so_is_its_end(
    world: World,
) -> None:
    await monitor_health(world)
    processes = FakeProcesses()
    monitor = ProcessMonitor(world.local_app.store, processes, BRAND, "host-1", world.clock)
    processes.problem = "1 of 1 triage process stopped: triage-1 (it ended with exit code 1)"
    await monitor.step()
    await world.advance(seconds=59)
    await monitor.step()
    assert await world.local_app.store.health_issues.load_issues() == {}
    await world.advance(seconds=1)
    await monitor.step()
    await world.advance(minutes=2)
    said = world.channel("#ops").reminders[-1].words
    assert "nothing is triaged on host-1: 1 of 1 triage process stopped: triage-1 (it ended with exit code 1)" in said

    processes.problem = ""
    await monitor.step()
    await world.advance(minutes=2)
    assert "✅ Earshot is back to normal" in world.channel("#ops").reminders[-1].words


async def test_a_machine_that_is_gone_is_not_reported_for_ever(world: World) -> None:
    await monitor_health(world)
    await world.local_app.store.health_issues.save_issue("processes:host-1", "nothing is triaged on host-1: killed")
    await world.advance(minutes=2)
    assert "host-1" in world.channel("#ops").reminders[-1].words
    await world.advance(minutes=62)
    assert await world.local_app.store.health_issues.load_issues() == {}


async def test_whose_keys_these_are_is_written_again_after_the_server_lost_it(world: World) -> None:
    await monitor_health(world)
    store = world.local_app.store
    await store.client.execute("DEL", store.keys.meta)
    await world.advance(minutes=2)
    assert await store.client.execute("HMGET", store.keys.meta, "schema", "brand") == ["1", store.brand]
