"""Earshot itself is unwell: its operators hear of it, and somebody outside when it is gone. It is nine in the morning."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.config.settings import load_settings
from bot.sources.x import XOptions, XSource
from bot.store.embedded_server import EmbeddedServer
from tests.clock import WoundClock
from tests.scenarios.nights import by_schedule, turns
from tests.scenarios.spoken import SPAM
from tests.scenarios.world import PLAYBOOK, World, world_on
from tests.sources.fake_x import TOKEN, x_on_loopback
from tests.sources.test_x_errors import capped
from tests.store.loopback import WAYS, OneRightShort, Way, loopback

OPERATORS = '\n[operators]\non_call = ["U0TOM"]\nchannel = "C0OPS"\n'


async def minded(world: World, more: str = OPERATORS) -> None:
    world.path.write_text(world.path.read_text("utf-8") + more, "utf-8")
    assert not world.playbook.reload()
    world.minds = True


async def speaks_for_days(world: World, days: int) -> None:
    """X gives a mention every four minutes for an hour each morning; in between Earshot is off."""
    for _ in range(days):
        await world.settles()
        for _ in range(6):
            world.clock.wind(minutes=4)
            await world.hears(SPAM)
        world.clock.wind(hours=23, minutes=36)
    await world.settles()
    world.clock.wind(minutes=4)
    await world.hears(SPAM)


async def test_x_falls_silent_and_the_operators_hear_of_it_once_and_of_its_end(world: World) -> None:
    await minded(world, f"{OPERATORS}\n[sources.x]\n")
    await speaks_for_days(world, 3)
    await world.waits(minutes=16)
    assert not world.person("tom").dms
    await world.waits(minutes=2)
    call = world.person("tom").dm
    assert "You are on call for operators. Earshot is unwell: x is silent for 17 min" in call.words
    assert "at this time of the day usually 4 min" in call.words
    assert "Earshot is unwell" in world.channel("#ops").beside[-1].words
    await call.click("Acknowledge", by="tom")
    await world.waits(minutes=20)
    assert len(world.person("tom").dms) == 1

    await world.hears(SPAM)
    await world.waits(minutes=2)
    assert "✅ Earshot is well again: over is that x is silent" in world.channel("#ops").beside[-1].words
    assert len(world.channel("#ops").beside) == 2


async def test_when_it_is_over_before_anybody_answered_nobody_else_is_called(world: World) -> None:
    await minded(world, "\n[sources.x]\n")
    await speaks_for_days(world, 3)
    await world.waits(minutes=18)
    assert "Earshot is unwell" in world.person("mia").dm.words
    await world.hears(SPAM)
    await world.waits(minutes=14)
    assert len(world.person("mia").dms) == 1


async def test_a_new_source_is_silent_as_long_as_it_likes(world: World) -> None:
    await minded(world, f"{OPERATORS}\n[sources.x]\n")
    await world.hears(SPAM)
    await world.waits(minutes=40)
    assert not world.person("tom").dms


async def test_a_mention_that_is_nowhere_pages(world: World) -> None:
    await minded(world)
    await world.stage.store.client.execute("HINCRBY", world.stage.store.keys.mention_counters, "seen", 2)
    await world.waits(minutes=2)
    assert "the books do not balance, by 2" in world.person("tom").dm.words
    await world.stage.store.client.execute("HINCRBY", world.stage.store.keys.mention_counters, "seen", -2)
    await world.waits(minutes=2)
    assert "well again" in world.channel("#ops").beside[-1].words


async def test_a_queue_that_stands_pages_whoever_a_schedule_names(world: World) -> None:
    by_schedule(world, turns("U0LEA", "U0TOM"))
    await minded(world, '\n[operators]\non_call = "nights"\nchannel = "C0OPS"\n')
    await world.stage.store.inbox.admit("x", [world.mention(SPAM)], "1", world.clock.now())
    for _ in range(12):  # nobody triages
        world.clock.wind(seconds=31)
        await world.stage.app.health_monitor.step()
    duty = await world.stage.app.on_call_lookup.find_on_call("operators", world.clock.now())
    assert (duty.people, duty.schedule) in {(("U0LEA",), "nights"), (("U0TOM",), "nights")}
    await world.settles()
    on_call, off = ("lea", "tom") if duty.people == ("U0LEA",) else ("tom", "lea")
    assert "mentions wait for triage for 5 min" in world.person(on_call).dm.words
    assert not world.person(off).dms
    assert "mentions wait for triage for" in world.channel("#ops").beside[0].words


class Outside:
    """Whoever waits for the heartbeat."""

    def __init__(self) -> None:
        self.heard = 0
        self.status = 200

    async def answer(self, _: web.Request) -> web.Response:
        self.heard += 1
        return web.Response(status=self.status)


@pytest.fixture
async def outside() -> Outside:
    return Outside()


@pytest.fixture
async def beating(
    own_redis: EmbeddedServer, brand: str, tmp_path: Path, clock: WoundClock, outside: Outside
) -> AsyncIterator[World]:
    async with heard_by(outside, own_redis.url, brand, tmp_path, clock) as made:
        yield made


@asynccontextmanager
async def heard_by(outside: Outside, redis: str, brand: str, folder: Path, clock: WoundClock) -> AsyncIterator[World]:
    app = web.Application()
    app.router.add_get("/beat", outside.answer)
    async with TestServer(app) as server:
        settings = load_settings({"EARSHOT_HEARTBEAT_URL": str(server.make_url("/beat"))})
        async with world_on(redis, brand, folder, clock, PLAYBOOK, settings) as made:
            await minded(made)
            yield made
            await made.ends()


async def test_the_heartbeat_stops_when_redis_does_and_comes_back_with_it(
    beating: World, own_redis: EmbeddedServer, outside: Outside
) -> None:
    await beating.waits(minutes=5)
    assert outside.heard in {5, 6}
    await own_redis.stop()
    before = outside.heard
    await beating.waits(minutes=5)
    assert outside.heard == before
    await own_redis.ensure_running()
    await own_redis.wait_ready()
    await beating.waits(minutes=3)
    assert outside.heard > before


@pytest.mark.parametrize("how", [*WAYS, OneRightShort])
async def test_the_heartbeat_stops_while_redis_takes_no_writes(
    how: type[Way], brand: str, tmp_path: Path, clock: WoundClock, outside: Outside
) -> None:
    async with (
        loopback(tmp_path / "server") as server,
        loopback(tmp_path / "spare") as spare,
        heard_by(outside, server.url, brand, tmp_path, clock) as beating,
    ):
        await beating.waits(minutes=5)
        assert outside.heard in {5, 6}
        before, way = outside.heard, how(server, spare)
        await way.begin()
        await beating.waits(minutes=5)
        assert outside.heard == before
        await way.end()
        await beating.waits(minutes=3)
        assert outside.heard > before


async def test_it_stops_while_the_books_do_not_balance(beating: World, outside: Outside) -> None:
    store = beating.stage.store
    await store.client.execute("HINCRBY", store.keys.mention_counters, "seen", 1)
    await beating.waits(minutes=2)
    before = outside.heard
    await beating.waits(minutes=5)
    assert outside.heard == before
    await store.client.execute("HINCRBY", store.keys.mention_counters, "seen", -1)
    await beating.waits(minutes=3)
    assert outside.heard > before


async def test_an_address_that_refuses_is_said_and_stops_nothing(beating: World, outside: Outside) -> None:
    outside.status = 503
    await beating.waits(minutes=2)
    said = await beating.stage.store.health_issues.load_issues()
    assert said["heartbeat"] == "The heartbeat does not arrive: EARSHOT_HEARTBEAT_URL answered 503."
    outside.status = 200
    await beating.waits(minutes=2)
    assert "heartbeat" not in await beating.stage.store.health_issues.load_issues()


async def test_xs_used_up_quota_is_told_to_the_operators_with_its_end_and_so_is_that_it_is_over(world: World) -> None:
    await minded(world, f"{OPERATORS}\n[sources.x]\n")
    async with x_on_loopback(world.clock) as (x, url):
        x.streams.append(capped(period="Daily", detail="Usage cap exceeded <!channel>"))
        await world.listens_to(
            XSource(XOptions(), world.playbook.current.subjects, TOKEN, world.clock, lambda: 1.0, url)
        )
        async with asyncio.timeout(60):
            while not await world.stage.store.health_issues.load_issues():  # noqa: ASYNC110 - it is the test that waits
                await asyncio.sleep(0.01)
        await world.waits(minutes=2)
        said = world.channel("#ops").beside[-1].words
        assert "X's allowance of this day is used up (Usage cap exceeded" in said
        assert "00:00 UTC" in said
        assert "<!channel>" in said
        assert world.sandbox.workspace.pings == []
        assert "Earshot is unwell: X's allowance" in world.person("tom").dm.words
        assert len(x.connects) == 1
        await world.stops_listening()
    await world.stage.store.health_issues.save_issue("source:x", "")
    await world.waits(minutes=2)
    assert "✅ Earshot is well again" in world.channel("#ops").beside[-1].words


async def test_the_trouble_of_a_source_that_left_the_playbook_is_over(world: World) -> None:
    await minded(world)
    await world.stage.store.health_issues.save_issue("source:x", "X refuses the bearer token")
    await world.waits(minutes=2)
    assert await world.stage.store.health_issues.load_issues() == {}


async def test_whose_keys_these_are_is_written_again_after_the_server_lost_it(world: World) -> None:
    await minded(world)
    store = world.stage.store
    await store.client.execute("DEL", store.keys.meta)
    await world.waits(minutes=2)
    assert await store.client.execute("HMGET", store.keys.meta, "schema", "brand") == ["1", store.brand]
