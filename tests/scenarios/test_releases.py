"""Two releases work side by side on one Redis: what the older wrote is worked with, what a newer wrote stops nothing."""

import json
from datetime import timedelta

from bot.domain.destination import ToDepartment
from tests.scenarios.sample_posts import CRISIS, LOST
from tests.scenarios.world import World
from tests.store.test_bodies import body

OLDER, NEWER = "0a1b2c3d4e5f60", "0f0f0f0f0f0f0f"


async def older_and_newer(world: World) -> None:
    """A case that c089daf wrote and one of a status to come, both due; a page of each; a card and a notification."""
    store, at = world.local_app.store, world.clock.now()
    call, keys = store.client.execute, store.keys
    since = (at - timedelta(minutes=16)).isoformat()
    waits = {"status": "new", "owner": "", "resolution": None, "resolved_at": None, "claimed_at": None}
    clocks = {"opened_at": since, "waiting_since": since, "due": since, "alarm": False, "rung": 0, "rung_at": None}
    older = json.loads(body("case", "c089daf")) | waits | clocks | {"called": [], "corrections": []}
    page = json.loads(body("page", "c089daf"))
    for name, case in ((OLDER, older), (NEWER, older | {"id": NEWER, "status": "snoozed"})):
        await call("HSET", keys.case_key(name), "v", 7, "body", json.dumps(case))
        await call("ZADD", keys.deadlines, at.timestamp() - 60, name)
        await call("ZADD", keys.open_cases_key("care"), at.timestamp() - 60, name)
        await call("HSET", keys.card_key(name), "body", body("card", "c089daf"))
    for name, one in (("older", page | {"id": "older"}), ("newer", page | {"id": "newer", "severity": "sev0"})):
        await call("HSET", keys.page_key(name), "v", 4, "body", json.dumps(one))
        await call("ZADD", keys.pages, at.timestamp() - 60, name)
    await call("ZADD", keys.outbox_key(ToDepartment("care")), 0, f"hologram {NEWER} 0 care")
    await call("SADD", keys.outboxes, "care")
    await call("HSET", keys.running_episodes, "Skylark", "ep-1", "Northwind Air", "ep-2")
    await call("HSET", keys.episode_key("ep-1"), "v", 2, "body", body("episode", "c089daf"))
    await call("HSET", keys.episode_key("ep-2"), "v", 2, "body", '{"id":"ep-2","kind":"hologram"}')
    await call("HSET", keys.health_state, "v", 9, "body", body("vigil", "c089daf"))


async def test_clocks_pages_triage_and_cards_go_on_beside_records_of_an_older_and_a_newer_release(
    world: World,
) -> None:
    await older_and_newer(world)
    await world.receive(LOST, by="joe")
    await world.receive(CRISIS, by="marta")
    await world.advance(minutes=17)
    care = world.channel("#care")
    assert "@joe" in care.card("@joe").words
    assert [line for line in care.thread_replies if "Unclaimed" in line.words]
    assert "🚨 Safety" in world.channel("#pr").card("@marta").words
    called = [name for name in ("ana", "ben", "lea", "mia", "raj", "tom") if world.person(name).dms]
    assert called
    older = (await world.local_app.store.cases.find([OLDER]))[OLDER]
    assert older.rung > 0, "the clock of the older release's case was rung"
    kinds = {record.kind for record in await world.local_app.store.quarantine.list_records()}
    assert kinds >= {"case", "page", "notification"}
    assert not await world.local_app.store.dead_letters.count()
    assert (await world.reconcile()).unaccounted == 0


async def test_what_a_newer_release_wrote_is_left_as_it_was_for_it(world: World) -> None:
    await older_and_newer(world)
    call, keys = world.local_app.store.client.execute, world.local_app.store.keys
    held = [(keys.case_key(NEWER), "body"), (keys.page_key("newer"), "body"), (keys.episode_key("ep-2"), "body")]
    before = [await call("HGET", key, field) for key, field in held]
    await world.advance(minutes=5)
    assert [await call("HGET", key, field) for key, field in held] == before
    assert await call("ZSCORE", keys.deadlines, NEWER) is not None
    assert await call("ZSCORE", keys.pages, "newer") is not None
    assert await call("ZSCORE", keys.outbox_key(ToDepartment("care")), f"hologram {NEWER} 0 care") is not None
