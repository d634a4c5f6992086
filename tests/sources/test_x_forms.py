"""X renames tweets to posts, endpoint by endpoint: whichever it speaks, nothing is lost."""

import json
from datetime import timedelta
from typing import Any

import pytest

from tests.sources.conftest import World
from tests.sources.fake_x import Refusal, build_invalid_error
from tests.sources.source_fakes import NOON, run_source, wait_until

LONG = "my kettle " + "sings and " * 40 + "never stops"
FORMS = ("post", "tweet")


def build_missed_post(n: int) -> dict[str, Any]:
    """A long post that replies to another."""
    return {
        "at": NOON + timedelta(minutes=n),
        "note_post": {"text": LONG},
        "referenced_posts": [{"type": "replied_to", "id": "1990000000000000000"}],
    }


@pytest.mark.parametrize("search", FORMS)
@pytest.mark.parametrize("stream", FORMS)
async def test_five_of_five_missed_posts_are_found_whole_whatever_x_calls_a_post(
    world: World, search: str, stream: str
) -> None:
    world.x.search_form, world.x.stream_form = search, stream
    found = [await world.x.publish_post("my kettle sings and", **build_missed_post(n)) for n in range(5)]
    await world.x.publish_post(
        "RT kettle", NOON + timedelta(minutes=9), referenced_posts=[{"type": "retweeted", "id": "1"}]
    )
    world.clock.time = NOON + timedelta(hours=1)
    async with run_source(world.build_source(), world.inbox):
        await world.wait_for_mentions(*found)
        await world.wait_for_connection()
        live = await world.x.publish_post("kettle live", **(build_missed_post(0) | {"at": world.clock.time}))
        await world.wait_for_mentions(live)
    assert set(world.inbox.ids) == {*found, live}
    for mention in world.inbox.mentions.values():
        assert (mention.text, mention.in_reply_to) == (LONG, "x:1990000000000000000")
        assert (mention.author.followers, mention.author.posts) == (120, 900)


async def test_the_form_that_x_took_is_kept_while_the_process_lives(world: World) -> None:
    world.x.search_form = "tweet"
    async with run_source(world.build_source(), world.inbox):
        await wait_until(lambda: len(world.x.searches) >= 5)
    assert [("post.fields" in asked) for asked in world.x.searches[:5]] == [True, False, False, False, False]


@pytest.mark.parametrize(
    "body",
    [
        {"errors": [{"parameters": {"post.fields": ["x"]}, "message": "not known"}], "title": "Invalid Request"},
        {"title": "Invalid Request", "detail": "bad", "parameter": "post.fields", "type": "…/invalid-request"},
        {"errors": [{"message": "The query parameter [post.fields] is not one of [query,tweet.fields]"}]},
        {"errors": [{"message": "The `expansions` query parameter value [referenced_posts] is not one of [a]"}]},
        {"code": 400, "message": "The `user.fields` query parameter value [x] is not one of [id]"},
    ],
)
async def test_however_x_names_a_parameter_it_refuses_the_other_form_is_tried(
    world: World, body: dict[str, Any]
) -> None:
    said = await world.x.publish_post("kettle", at=NOON + timedelta(minutes=1))
    world.x.search_form = "tweet"
    world.x.answers.append(Refusal(400, json.dumps(body).encode()))
    async with run_source(world.build_source(), world.inbox):
        await world.wait_for_mentions(said)
    assert ["tweet.fields" in asked for asked in world.x.searches[:2]] == [False, True]


REFUSED = Refusal(400, build_invalid_error("query", "kettle", "Ambiguous use of and as a keyword").body)  # type: ignore[arg-type]


async def test_a_gap_that_x_refuses_is_not_filled_and_the_cursor_stays_before_it(world: World) -> None:
    lost = [await world.x.publish_post(f"kettle {n}", at=NOON + timedelta(minutes=n)) for n in range(1, 6)]
    before = world.inbox.cursor
    world.x.answers.extend([REFUSED] * 4)
    async with run_source(world.build_source(), world.inbox):
        await wait_until(lambda: 900 in world.clock.slept)
        assert (world.inbox.cursor, world.inbox.ids) == (before, [])
        await world.wait_for_mentions(*lost)
    refusal = "X refuses the search for Kettle: X answers 400: Ambiguous use of and as a keyword."
    assert refusal in world.inbox.statuses[1]
    assert next(told for part, told in world.inbox.reported if part == "gap").startswith(refusal)


async def test_who_dies_while_a_gap_is_refused_finds_it_open_when_they_are_back(world: World) -> None:
    lost = [await world.x.publish_post(f"kettle {n}", at=NOON + timedelta(minutes=n)) for n in range(1, 6)]
    world.x.answers.extend([REFUSED] * 4)
    async with run_source(world.build_source(), world.inbox):
        await wait_until(lambda: len(world.x.searches) >= 4)
        live = await world.x.publish_post("kettle meanwhile", at=NOON + timedelta(minutes=7))
        await world.wait_for_mentions(live)
    world.x.answers.clear()
    await wait_until(lambda: world.x.live is None)
    async with run_source(world.build_source(), world.inbox):
        await world.wait_for_mentions(*lost)
        await wait_until(lambda: int(world.inbox.cursor or 0) >= int(live.removeprefix("x:")))


async def test_who_dies_between_two_pages_of_a_gap_reads_it_all_again(world: World) -> None:
    lost = [await world.x.publish_post(f"kettle {n}", at=NOON + timedelta(minutes=1, seconds=n)) for n in range(150)]
    world.clock.time = NOON + timedelta(hours=1)
    before = world.inbox.cursor
    async with run_source(world.build_source(), world.inbox):
        await wait_until(lambda: len(world.x.searches) == 2)
    assert (len(world.inbox.ids), world.inbox.cursor) == (100, before)
    async with run_source(world.build_source(), world.inbox):
        await world.wait_for_mentions(*lost)


async def test_only_what_x_refused_is_asked_for_and_paid_for_again(world: World) -> None:
    said = await world.x.publish_post("kettle", at=NOON + timedelta(minutes=1))
    async with run_source(world.build_source(), world.inbox):
        world.x.answers.extend([REFUSED] * 2)
        await wait_until(lambda: 900 in world.clock.slept)
        await world.wait_for_mentions(said)
    first = [asked["query"].partition(" ")[0] for asked in world.x.searches[:4]]
    assert first == ['("kettle"', '("kettle"', '("teapot")', '("kettle"']


async def test_errors_in_place_of_posts_are_no_answer(world: World) -> None:
    said = await world.x.publish_post("kettle", at=NOON + timedelta(minutes=1))
    before = world.inbox.cursor
    body = b'{"errors": [{"title": "Internal", "detail": "the index is being rebuilt", "type": "about:blank"}]}'
    world.x.answers.extend([Refusal(200, body, "application/json")] * 5)
    async with run_source(world.build_source(), world.inbox):
        await wait_until(lambda: any("the index is being rebuilt" in trouble for trouble in world.inbox.statuses))
        assert world.inbox.cursor == before
        await world.wait_for_mentions(said)


async def test_a_field_that_cannot_be_read_costs_itself_and_not_the_post(world: World) -> None:
    odd: dict[str, Any] = {
        "entities": {"urls": [{"url": None, "expanded_url": 7}]},
        "referenced_posts": "none",
        "lang": ["en"],
    }
    async with run_source(world.build_source(), world.inbox):
        await world.wait_for_connection()
        said = await world.x.publish_post("kettle", **odd)
        await world.wait_for_mentions(said)
    assert world.inbox.mentions[said].text == "kettle"
