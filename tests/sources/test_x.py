from datetime import timedelta
from typing import Any

import pytest

from bot.domain.subject import Subject
from bot.sources.x import STORE_ASKED_EVERY, XSource
from bot.sources.x_options import XOptions
from bot.sources.x_rules import OWN_TAG
from tests.sources.conftest import KETTLE, RIVAL, World
from tests.sources.fake_x import TOKEN, USER, Refusal, SilentStream, count_most_within
from tests.sources.source_fakes import NOON, run_source, wait_until


async def test_a_post_is_published_with_its_subject_and_moves_the_cursor(world: World) -> None:
    async with run_source(world.build_source(), world.inbox):
        await world.wait_for_connection()
        said = await world.x.publish_post("my kettle sings off key")
        await world.wait_for_mentions(said)
    assert world.inbox.mentions[said].subjects == ("Kettle",)
    assert world.inbox.cursor == said.removeprefix("x:")


async def test_a_post_about_two_subjects_names_both(world: World) -> None:
    async with run_source(world.build_source(), world.inbox):
        await world.wait_for_connection()
        said = await world.x.publish_post("a teapot beats a kettle")
        await world.wait_for_mentions(said)
    assert world.inbox.mentions[said].subjects == ("Kettle", "Rival")


async def test_only_our_own_rules_are_changed_and_only_those_that_differ(world: World) -> None:
    world.x.rules = [
        {"id": "1", "value": "(other)", "tag": "somebody else's"},
        {"id": "2", "value": '("old name") -is:retweet', "tag": "earshot:Kettle"},
        {"id": "3", "value": '("teapot") -is:retweet', "tag": "earshot:Rival"},
    ]
    async with run_source(world.build_source(), world.inbox):
        await world.wait_for_connection()
    assert [(rule["id"], rule["value"]) for rule in world.x.rules] == [
        ("1", "(other)"),
        ("3", '("teapot") -is:retweet'),
        ("902", '("kettle" OR @kettleco) -is:retweet -from:kettleco'),
    ]


@pytest.mark.parametrize(
    "junk",
    [
        b'{"data": {"id": "1", "te\r\n',
        b"\xff\xfe\r\n",
        b"[]\r\n",
        b'{"data": {"id": "1"}}\r\n',
        b'{"data": ' + b"[" * 50_000 + b"\r\n",
        b"9" * 9_000 + b"\r\n",
        b"x" * 3_000_000 + b"\r\n",
        b"\r\n\r\n\r\n",
    ],
    ids=["cut", "no UTF-8", "a list", "a post without text", "deep", "a number", "3 MB", "keep-alives"],
)
async def test_a_line_nobody_can_read_costs_nothing_but_itself(world: World, junk: bytes) -> None:
    said = world.x.post("kettle")
    world.x.streams.append([b'{"data": 1}\r\n', junk, world.x.line(said)])
    async with run_source(world.build_source(), world.inbox):
        await world.wait_for_mentions(f"x:{said['id']}")
    assert world.inbox.ids == [f"x:{said['id']}"]


async def test_a_post_in_many_pieces_is_published_whole(world: World) -> None:
    said = world.x.post("kettle é 🫖", new_field={"deep": [1]})
    line = world.x.line(said)
    world.x.streams.append([line[n : n + 7] for n in range(0, len(line), 7)])
    async with run_source(world.build_source(), world.inbox):
        await world.wait_for_mentions(f"x:{said['id']}")
    assert world.inbox.mentions[f"x:{said['id']}"].text == "kettle é 🫖"


async def test_a_line_of_three_hundred_kilobytes_is_published(world: World) -> None:
    said = world.x.post("kettle", context_annotations=["x" * 300_000])
    world.x.streams.append([world.x.line(said)])
    async with run_source(world.build_source(), world.inbox):
        await world.wait_for_mentions(f"x:{said['id']}")


@pytest.mark.parametrize(
    "turn",
    [
        [],
        [b'{"errors": [{"title": "operational-disconnect", "disconnect_type": "UpstreamOperationalDisconnect"}]}\r\n'],
        Refusal(502, b"<html>Bad Gateway</html>", "text/html"),
        Refusal(503),
        Refusal(429, headers={"x-rate-limit-reset": str(int(NOON.timestamp()) + 300)}),
        Refusal(429),
        Refusal(401),
        Refusal(403),
        Refusal(418, b"\xff", "text/plain"),
    ],
    ids=["clean close", "disconnect", "502 in HTML", "503", "429", "429 without reset", "401", "403", "418"],
)
async def test_whatever_ends_a_connection_the_next_one_misses_nothing(world: World, turn: Any) -> None:
    world.x.streams.append(turn)
    between = await world.x.publish_post("kettle in between", at=NOON + timedelta(seconds=1))
    async with run_source(world.build_source(), world.inbox):
        await world.wait_for_connection()
        after = await world.x.publish_post("kettle after")
        await world.wait_for_mentions(between, after)
        await wait_until(lambda: world.inbox.statuses[-1] == "")


async def test_what_was_said_just_before_x_hangs_up_was_said(world: World) -> None:
    said = world.x.post("kettle")
    world.x.streams.append([world.x.line(said) + b'{"errors": [{"title": "operational-disconnect"}]}\r\n'])
    async with run_source(world.build_source(), world.inbox):
        await world.wait_for_mentions(f"x:{said['id']}")
        await wait_until(lambda: len(world.x.connects) == 2)
    assert "X hangs up: operational-disconnect." in world.inbox.statuses


async def test_a_stream_that_falls_silent_is_left(world: World) -> None:
    world.x.streams.append(SilentStream())
    async with run_source(world.build_source(silence=0.05), world.inbox):
        await wait_until(lambda: len(world.x.connects) >= 2)
    assert "X cannot be reached (SocketTimeoutError)." in world.inbox.statuses


async def test_x_is_asked_again_when_it_said_and_not_before(world: World) -> None:
    world.x.streams.append(Refusal(429, headers={"x-rate-limit-reset": str(int(NOON.timestamp()) + 300)}))
    async with run_source(world.build_source(), world.inbox):
        await wait_until(lambda: len(world.x.connects) == 2)
    assert timedelta(seconds=300) < world.x.connects[1] - world.x.connects[0] < timedelta(seconds=310)


async def test_x_that_closes_again_and_again_is_never_asked_more_often_than_it_allows(world: World) -> None:
    world.x.streams.extend([] for _ in range(200))
    async with run_source(world.build_source(), world.inbox):
        await wait_until(lambda: len(world.x.connects) == 200)
    assert count_most_within(world.x.connects, timedelta(minutes=15)) <= 50
    assert min(late - early for early, late in zip(world.x.connects, world.x.connects[1:], strict=False)) > timedelta(0)


async def test_a_token_that_x_refuses_is_said_once_in_words_and_not_hammered(world: World) -> None:
    async with run_source(world.build_source(token="stolen"), world.inbox):
        await wait_until(lambda: len(world.clock.slept) == 8)
    assert world.inbox.statuses == [
        "X refuses the bearer token (401). Put a valid one into X_BEARER_TOKEN and start Earshot again."
    ]
    assert min(world.clock.slept) >= 450


async def test_while_the_store_is_away_nothing_is_lost(world: World) -> None:
    async with run_source(world.build_source(), world.inbox):
        await world.wait_for_connection()
        world.inbox.failures = 3
        lost = await world.x.publish_post("kettle while the store is away")
        await world.wait_for_mentions(lost)
    assert "The database does not answer. X waits for it." in world.inbox.statuses


async def test_while_the_store_is_away_x_is_asked_nothing_and_soon_after_it_is(world: World) -> None:
    async with run_source(world.build_source(), world.inbox):
        await world.wait_for_connection()
        world.inbox.failures = 50
        lost = await world.x.publish_post("kettle during a failover")
        await world.wait_for_mentions(lost)
        assert world.clock.slept.count(STORE_ASKED_EVERY) >= 48
        assert len(world.x.connects) == 2


async def test_one_connection_is_held_and_only_while_alone(world: World) -> None:
    source = world.build_source()
    async with run_source(source, world.inbox):
        await world.wait_for_connection()
        assert (world.inbox.held, len(world.x.connects)) == (True, 1)
    assert not world.inbox.held
    await wait_until(lambda: world.x.live is None)


async def test_a_rule_that_x_refuses_is_said_and_the_others_are_kept(world: World) -> None:
    broken = Subject(name="Broken", terms=("nonsense:yes",))
    source = XSource(XOptions(), (KETTLE, broken, RIVAL), TOKEN, world.clock, lambda: 1.0, world.url)
    async with run_source(source, world.inbox):
        await wait_until(lambda: world.x.live is not None and bool(world.inbox.statuses))
    assert world.inbox.statuses[0] == "X refuses a rule for Broken: Reference to invalid operator"
    assert [rule["tag"] for rule in world.x.rules] == ["earshot:Kettle", "earshot:Rival"]


async def test_our_own_answers_are_read_and_about_no_subject(world: World) -> None:
    own = (str(USER["username"]), "ana_kettle")
    source = XSource(XOptions(), (KETTLE,), TOKEN, world.clock, lambda: 1.0, world.url, own_handles=own)
    async with run_source(source, world.inbox):
        await world.wait_for_connection()
        said = await world.x.publish_post(
            "So sorry, we look into it", referenced_posts=[{"type": "replied_to", "id": "7"}]
        )
        await world.wait_for_mentions(said)
    [mention] = world.inbox.mentions.values()
    assert (mention.subjects, mention.in_reply_to) == ((), "x:7")
    assert [rule["tag"] for rule in world.x.rules] == ["earshot:Kettle", OWN_TAG]


async def test_a_rule_for_our_own_answers_that_x_refuses_is_said(world: World) -> None:
    source = XSource(XOptions(), (KETTLE,), TOKEN, world.clock, lambda: 1.0, world.url, own_handles=("ok", "x" * 9))
    world.x.rules.append({"id": "1", "value": "(from:ok OR from:xxxxxxxxx) is:reply -is:retweet", "tag": "theirs"})
    async with run_source(source, world.inbox):
        await wait_until(lambda: world.x.live is not None and bool(world.inbox.statuses))
    assert "X refuses a rule for own accounts" in world.inbox.statuses[0]
