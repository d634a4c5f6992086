from datetime import timedelta

from tests.sources.conftest import World
from tests.sources.fake_x import Refusal
from tests.sources.source_fakes import NOON, Inbox, run_source, wait_until


async def test_what_was_said_while_we_were_away_is_found_on_every_page(world: World) -> None:
    missed = [await world.x.publish_post(f"kettle {n}", at=NOON + timedelta(minutes=n)) for n in range(250)]
    world.clock.time = NOON + timedelta(hours=5)
    async with run_source(world.build_source(), world.inbox):
        await world.wait_for_mentions(*missed)
        await wait_until(lambda: world.inbox.cursor == missed[-1].removeprefix("x:"))
    assert {mention.subjects for mention in world.inbox.mentions.values()} == {("Kettle",)}


async def test_a_cursor_older_than_x_searches_begins_seven_days_ago(world: World) -> None:
    world.clock.time = NOON + timedelta(days=30)
    said = await world.x.publish_post("kettle", at=NOON + timedelta(days=24))
    async with run_source(world.build_source(), world.inbox):
        await world.wait_for_mentions(said)
    assert all("since_id" not in search for search in world.x.searches)


async def test_an_id_that_x_refuses_is_asked_for_as_a_time(world: World) -> None:
    said = await world.x.publish_post("kettle", at=NOON + timedelta(minutes=1))
    world.x.answers.append(Refusal(400))
    async with run_source(world.build_source(), world.inbox):
        await world.wait_for_mentions(said)
    assert "start_time" in world.x.searches[1]


async def test_the_first_time_nothing_is_read_that_was_said_before(world: World) -> None:
    await world.x.publish_post("kettle", at=NOON - timedelta(hours=1))
    world.inbox = Inbox()
    async with run_source(world.build_source(), world.inbox):
        await world.wait_for_connection()
        now = await world.x.publish_post("kettle again")
        await world.wait_for_mentions(now)
    assert world.inbox.ids == [now]


async def test_who_wants_no_refill_pays_for_no_search(world: World) -> None:
    await world.x.publish_post("kettle", at=NOON + timedelta(minutes=1))
    async with run_source(world.build_source(refill_hours=0), world.inbox):
        await wait_until(lambda: world.x.live is not None)
        await world.wait_for_mentions(await world.x.publish_post("kettle", at=NOON + timedelta(minutes=2)))
    assert (len(world.inbox.ids), world.x.searches) == (1, [])


async def test_until_the_gap_is_filled_the_cursor_stays_before_it(world: World) -> None:
    world.x.answers.extend([Refusal(503)] * 5)
    said = world.x.post("kettle", at=NOON + timedelta(minutes=5))
    world.x.streams.append([world.x.line(said)])
    before = world.inbox.cursor
    async with run_source(world.build_source(), world.inbox):
        await world.wait_for_mentions(f"x:{said['id']}")
        assert world.inbox.cursor == before


async def test_a_search_that_is_not_allowed_does_not_stop_the_stream(world: World) -> None:
    world.x.answers.extend([Refusal(403)] * 3)
    async with run_source(world.build_source(), world.inbox):
        await wait_until(lambda: world.x.live is not None)
        await world.wait_for_mentions(await world.x.publish_post("kettle"))
        await world.wait_for_connection()
        await wait_until(lambda: world.inbox.statuses[-1] == "")
    assert world.inbox.statuses[1].startswith("X does not allow this token to read posts (403: not today).")
