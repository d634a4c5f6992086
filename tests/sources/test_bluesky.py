import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from types import MappingProxyType, SimpleNamespace
from typing import Any, Literal

import pytest
from aiohttp import web
from atproto_jetstream.models import parse_frame, parse_subscribe_events_message

from bot.distribution import find_version
from bot.domain.commits import StoreUnavailable
from bot.domain.own_accounts import NO_ACCOUNTS, OwnAccounts
from bot.domain.subject import Subject
from bot.sources.base import SourceContext
from bot.sources.bluesky import SOURCE, BlueskyOptions, BlueskySource
from bot.sources.bluesky_stream import StreamPosition
from tests.sources.fake_jetstream import ANA, BEN, FakeJetstream, serve_fake_jetstream
from tests.sources.source_fakes import NOON, Inbox, InstantClock, run_source, wait_until

NORTHWIND = Subject(name="Northwind", terms=("northwind air",), handles=("@northwindair",))
OWN = OwnAccounts(MappingProxyType({("bluesky", "northwind.example"): "", ("bluesky", "did:plc:agent"): "U0ANA"}))
VERSIONS = pytest.mark.parametrize("version", [1, 2])


class World(SimpleNamespace):
    stream: FakeJetstream
    inbox: Inbox
    clock: InstantClock
    own_accounts: OwnAccounts = NO_ACCOUNTS

    def run(
        self, version: Literal[1, 2] = 1, silence: float = 30, flush_after: float = 0.01, **options: Any
    ) -> AbstractAsyncContextManager[None]:
        hosts = options.pop("hosts", (self.stream.url,))
        chosen = BlueskyOptions(version=version, hosts=hosts, profiles=self.stream.url, **options)
        return run_source(BlueskySource(chosen, self.build_context(), silence, flush_after), self.inbox)

    def build_context(self) -> SourceContext:
        return SourceContext("bluesky", self.clock, lambda: 0.5, (NORTHWIND,), own_accounts=self.own_accounts)

    async def wait_for(self, *ids: str) -> None:
        await wait_until(lambda: {f"bluesky:{one}" for one in ids} <= set(self.inbox.ids))

    async def wait_for_connection(self, number: int = 1) -> None:
        await wait_until(lambda: self.stream.connections >= number)


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with serve_fake_jetstream() as stream:
        yield World(stream=stream, inbox=Inbox(), clock=InstantClock(NOON + timedelta(minutes=1)))


@VERSIONS
async def test_a_post_that_names_a_subject_is_a_mention(world: World, version: Literal[1, 2]) -> None:
    world.stream.profiles[ANA] = {"did": ANA, "handle": "ana.example", "displayName": "Ana", "followersCount": 12}
    uri = f"at://{BEN}/app.bsky.feed.post/1"
    world.stream.posts[uri] = {
        "uri": uri, "author": {"did": BEN, "handle": "ben.example"}, "record": {"text": "How was your flight?"}
    }  # fmt: skip
    async with world.run(version):
        await world.wait_for_connection()
        world.stream.post("1", "good morning")
        reply = {"root": {"uri": uri, "cid": "b"}, "parent": {"uri": uri, "cid": "b"}}
        world.stream.post("2", "Northwind Air lost my bag", reply=reply)
        await world.wait_for(f"{ANA}/2")
    [mention] = world.inbox.mentions.values()
    assert (mention.text, mention.lang) == ("Northwind Air lost my bag", "en")
    assert mention.url == f"https://bsky.app/profile/{ANA}/post/2"
    assert (mention.author.id, mention.author.handle, mention.author.followers) == (ANA, "ana.example", 12)
    assert (mention.conversation, mention.in_reply_to) == (f"{BEN}/1", f"{BEN}/1")
    assert mention.parent is not None
    assert (mention.parent.author, mention.parent.text) == ("ben.example", "How was your flight?")
    assert mention.created_at == NOON + timedelta(seconds=1)
    assert world.stream.agents == {f"Earshot/{find_version()}"}


@VERSIONS
async def test_an_edit_a_deletion_and_the_end_of_an_account_are_told(world: World, version: Literal[1, 2]) -> None:
    async with world.run(version):
        await world.wait_for_connection()
        world.stream.post("1", "northwind air is late")
        world.stream.post("1", "northwind air is late again", operation="update")
        world.stream.delete("1")
        world.stream.change_account(BEN, "deactivated")
        world.stream.change_account(BEN, "deleted")
        await wait_until(lambda: len(world.inbox.published) == 3 and bool(world.inbox.deleted_authors))
    first, edited, deleted = world.inbox.published
    assert first.id == edited.id == deleted.id
    assert (first.edited_at, edited.edited_at) == (None, NOON + timedelta(seconds=1))
    assert deleted.deleted_at == NOON + timedelta(seconds=2)
    assert world.inbox.deleted_authors == [BEN]


async def test_what_an_account_wrote_a_moment_before_its_end_is_published_before_its_end_is_told(world: World) -> None:
    """Or the end of an account nobody knows would be left out, and the post would stay."""
    async with world.run(flush_after=60):
        await world.wait_for_connection()
        world.stream.post("1", "northwind air is late")
        world.stream.change_account(ANA, "deleted")
        await wait_until(lambda: bool(world.inbox.deleted_authors))
    assert [mention.id for mention in world.inbox.published] == [f"bluesky:{ANA}/1"]


@VERSIONS
async def test_what_was_posted_before_the_first_start_is_not_posted(world: World, version: Literal[1, 2]) -> None:
    world.stream.post("1", "northwind air, yesterday")
    async with world.run(version):
        await world.wait_for_connection()
        world.stream.post("2", "northwind air, today")
        await world.wait_for(f"{ANA}/2")
    assert world.inbox.ids == [f"bluesky:{ANA}/2"]


@pytest.mark.parametrize(("version", "end"), [(1, "hang up"), (1, "close"), (2, "hang up"), (2, "close"), (2, "error")])
async def test_after_the_end_of_a_connection_nothing_is_lost_and_the_order_stays(
    world: World, version: Literal[1, 2], end: str
) -> None:
    async with world.run(version):
        await world.wait_for_connection()
        world.stream.close_after = 3 if end == "close" else 0
        world.stream.error_after = 3 if end == "error" else 0
        for number in range(10):
            world.stream.post(str(number), f"northwind air {number}")
        if end == "hang up":
            await world.wait_for(f"{ANA}/9")
            await world.stream.hang_up()
            world.stream.post("10", "northwind air 10")
            await world.wait_for(f"{ANA}/10")
        await world.wait_for(f"{ANA}/9")
        await world.wait_for_connection(2)
    numbers = [int(mention.id.rpartition("/")[2]) for mention in world.inbox.mentions.values()]
    assert numbers == list(range(11 if end == "hang up" else 10))


@VERSIONS
async def test_a_night_away_is_read_in_order(world: World, version: Literal[1, 2]) -> None:
    async with world.run(version):
        await world.wait_for_connection()
        world.stream.post("0", "northwind air 0")
        await world.wait_for(f"{ANA}/0")
    for number in range(1, 300):
        world.stream.post(str(number), f"northwind air {number}" if number % 3 else "nothing")
    async with world.run(version):
        await world.wait_for(f"{ANA}/299")
    numbers = [int(mention.id.rpartition("/")[2]) for mention in world.inbox.mentions.values()]
    assert numbers == [number for number in range(300) if number % 3 or number == 0]
    assert world.inbox.statuses[-1] == ""


@VERSIONS
async def test_another_host_goes_on_from_the_time_because_numbers_are_of_one_host(
    world: World, version: Literal[1, 2]
) -> None:
    async with serve_fake_jetstream(seq_from=5_000) as other:
        async with world.run(version):
            await world.wait_for_connection()
            world.stream.post("1", "northwind air 1")
            await world.wait_for(f"{ANA}/1")
        for stream in (other, world.stream):
            stream.events = list(world.stream.events)
            stream.post("2", "northwind air 2")
        async with world.run(version, hosts=(other.url,)):
            await world.wait_for(f"{ANA}/2")
        assert int(other.cursors[0] or 0) == int(NOON.timestamp() * 1e6) - 10_000_000


@VERSIONS
async def test_a_gap_that_can_no_longer_be_read_is_said(world: World, version: Literal[1, 2]) -> None:
    async with world.run(version):
        await world.wait_for_connection()
        world.stream.post("1", "northwind air 1")
        await world.wait_for(f"{ANA}/1")
    world.stream.now += timedelta(hours=50)
    world.stream.post("2", "northwind air 2")
    async with world.run(version):
        await world.wait_for(f"{ANA}/2")
    lost = "Bluesky keeps 36 hours of posts. Those from 20 Nov, 12:00 to 22 Nov, 14:00 UTC are lost."
    assert lost in world.inbox.statuses


@VERSIONS
async def test_whether_there_is_a_gap_is_told_by_the_first_event_and_not_by_our_clock(
    world: World, version: Literal[1, 2]
) -> None:
    world.stream.kept_for = timedelta(days=30)
    async with world.run(version):
        await world.wait_for_connection()
        world.stream.post("1", "northwind air 1")
        await world.wait_for(f"{ANA}/1")
    world.clock.time += timedelta(days=10)
    world.stream.now += timedelta(seconds=30)
    world.stream.post("2", "northwind air 2")
    async with world.run(version):
        await world.wait_for(f"{ANA}/2")
    assert not any(world.inbox.statuses)


async def test_a_refusal_for_another_reason_is_said_and_the_cursor_is_not_given_up(world: World) -> None:
    world.stream.seq_from = 7
    async with world.run(2):
        await world.wait_for_connection()
        world.stream.post("1", "northwind air 1")
        await world.wait_for(f"{ANA}/1")
    world.stream.post("2", "northwind air 2")
    body = {"error": "InvalidRequest", "message": "unknown parameter"}
    world.stream.refusals = [web.json_response(body, status=400), web.Response(status=400, text="<html>no</html>")]
    async with world.run(2):
        await world.wait_for(f"{ANA}/2")
    assert "The stream of Bluesky refuses us (400 InvalidRequest)." in world.inbox.statuses
    assert world.inbox.statuses[-1] == ""
    assert world.stream.cursors[-1] == "7"  # the number of the event that was read last


async def test_if_times_are_refused_as_too_old_too_reading_goes_on_with_what_is_posted_now(world: World) -> None:
    async with world.run(2):
        await world.wait_for_connection()
        world.stream.post("1", "northwind air 1")
        await world.wait_for(f"{ANA}/1")
    world.stream.refusals = [web.json_response({"error": "CursorTooOld"}, status=400) for _ in range(2)]
    async with world.run(2):
        await world.wait_for_connection(2)
        world.stream.now += timedelta(hours=50)
        world.stream.post("2", "northwind air 2")
        await world.wait_for(f"{ANA}/2")
    assert world.stream.cursors == [None, None]
    assert "Those from 20 Nov, 12:00 to 22 Nov, 14:00 UTC are lost." in world.inbox.statuses[-1]


async def test_a_silent_connection_is_dead(world: World) -> None:
    world.stream.is_silent = True
    async with world.run(silence=0.01):
        await world.wait_for_connection(5)
    assert "The stream of Bluesky is silent." in world.inbox.statuses


@VERSIONS
async def test_frames_that_cannot_be_read_are_left_out(world: World, version: Literal[1, 2]) -> None:
    world.stream.junk = [
        b"\xff\xfe\x00",
        "",
        "[]",
        '"northwind air"',
        '{"northwind air": ' + "[" * 100_000,
        '{"kind":"commit","commit":"northwind air"}',
        json.dumps({"did": ANA, "time_us": "x", "kind": "commit", "commit": {"collection": "app.bsky.feed.post",
                    "operation": "create", "record": {"text": "northwind air"}}}),
        json.dumps({"did": 3, "kind": "commit", "commit": {"record": [], "operation": "delete"}}),
        "northwind air " * 20_000,
    ]  # fmt: skip
    async with world.run(version):
        await world.wait_for_connection()
        world.stream.post("1", "northwind air", createdAt="yesterday", langs="en", facets=[{"features": 3}], embed=[])
        world.stream.post("2", "northwind air", createdAt=None, langs=[1], reply={"root": "x", "parent": {"uri": 1}})
        world.stream.post("3", "northwind air", createdAt="2031-01-01T00:00:00Z")
        await world.wait_for(f"{ANA}/2", f"{ANA}/3")
    assert world.inbox.mentions[f"bluesky:{ANA}/3"].created_at == NOON + timedelta(seconds=2)
    assert f"bluesky:{ANA}/1" not in world.inbox.ids


async def test_a_link_to_us_behind_other_words_is_found_and_shown(world: World) -> None:
    shop = Subject(name="Shop", terms=("shop.example",))
    options = BlueskyOptions(hosts=(world.stream.url,), profiles="")
    source = BlueskySource(options, SourceContext("bluesky", world.clock, lambda: 0.5, (shop,)), flush_after=0.01)
    async with run_source(source, world.inbox):
        await world.wait_for_connection()
        link = {"$type": "app.bsky.richtext.facet#link", "uri": "https://shop.example/basket"}
        world.stream.post("1", "this basket never loads", facets=[{"index": {}, "features": [link]}])
        images = {"$type": "app.bsky.embed.images", "images": [{"alt": "a broken bag", "image": {}}]}
        world.stream.post("2", "shop.example sent me this", embed=images)
        await world.wait_for(f"{ANA}/1", f"{ANA}/2")
    first, second = world.inbox.mentions.values()
    assert first.text == "this basket never loads\nhttps://shop.example/basket"
    assert [media.alt for media in second.media] == ["a broken bag"]


async def test_a_full_inbox_stops_the_reading_and_the_cursor_stays(world: World) -> None:
    async with world.run():
        await world.wait_for_connection()
        world.stream.post("1", "northwind air 1")
        await world.wait_for(f"{ANA}/1")
    before = world.inbox.cursor
    with pytest.raises(StoreUnavailable):
        await _fill_inbox(world)
    assert world.inbox.cursor == before
    async with world.run():
        await world.wait_for(f"{ANA}/2")


async def _fill_inbox(world: World) -> None:
    async with world.run():
        await world.wait_for_connection(2)
        world.inbox.failures = 1
        world.stream.post("2", "northwind air 2")
        await wait_until(lambda: not world.inbox.held)


async def test_profiles_are_asked_for_once_and_posts_do_not_wait_for_them(world: World) -> None:
    async with world.run():
        await world.wait_for_connection()
        world.stream.post("1", "northwind air 1")
        await world.wait_for(f"{ANA}/1")
        world.stream.profiles[ANA] = {"did": ANA, "handle": "ana.example"}
        world.stream.post("2", "northwind air 2")
        await world.wait_for(f"{ANA}/2")
        world.stream.post("3", "northwind air 3")
        await world.wait_for(f"{ANA}/3")
    assert world.stream.lookups == ["1 profiles", "1 profiles"]
    assert [mention.author.handle for mention in world.inbox.mentions.values()] == ["", "ana.example", "ana.example"]


def test_the_cursor_is_read_whatever_stands_there() -> None:
    position = StreamPosition("wss://a", 7, 1_700_000_000_000_000)
    assert StreamPosition.parse(position.dump()) == position
    for raw in (None, "", "junk", "[]", "{}", '{"host": 1}', "3"):
        assert StreamPosition.parse(raw) == StreamPosition()


@VERSIONS
async def test_the_check_waits_for_a_frame(world: World, version: Literal[1, 2]) -> None:
    options = BlueskyOptions(version=version, hosts=(world.stream.url,))
    checking = asyncio.create_task(_check(options, world))
    await world.wait_for_connection()
    world.stream.post("1", "anything")
    assert not (await checking).faults
    nobody = BlueskyOptions(version=version, hosts=("ws://127.0.0.1:1",))
    assert (await _check(nobody, world)).faults == (("", "the stream of Bluesky cannot be reached"),)


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (web.Response(text="<h1>Welcome</h1>"), "answers, but not with a stream (200)"),
        (web.Response(status=302, headers={"Location": "/other"}), "answers, but not with a stream (302)"),
        (web.Response(status=403, text="<h1>no</h1>"), "refuses us (403)"),
    ],
)
async def test_a_host_that_answers_otherwise_is_a_sentence(world: World, answer: web.Response, sentence: str) -> None:
    """A redirect is not followed: it could lead into the own network."""
    world.stream.refusals = [answer]
    found = await _check(BlueskyOptions(hosts=(world.stream.url,)), world)
    assert found.faults == (("", f"the stream of Bluesky {sentence}"),)
    assert world.stream.connections == 0


async def _check(options: BlueskyOptions, world: World) -> Any:
    return await SOURCE.check(options, world.build_context())


async def test_the_client_of_atproto_reads_the_frames_of_the_fake(world: World) -> None:
    """Version 2, which is the one it speaks. Only its parser: its client leaves sockets to the garbage collector.

    For version 1 a client of npm does the same, in `tests/bluesky_pds/`.
    """
    reference = {"uri": "at://x", "cid": "b"}
    world.stream.post("2", "northwind air", reply={"root": reference, "parent": reference})
    world.stream.delete("2")
    world.stream.change_account(BEN, "deleted")
    frames = [parse_frame(json.dumps(world.stream.shape_event(place, 2))) for place in range(3)]
    created, deleted, account = (parse_subscribe_events_message(frame) for frame in frames)
    assert (created.operation, created.record.text, created.seq) == ("create", "northwind air", 0)
    assert (deleted.operation, deleted.record, deleted.rkey) == ("delete", None, "2")
    assert (account.did, account.account.status) == (BEN, "deleted")


@VERSIONS
async def test_what_our_own_accounts_answer_is_published_whatever_its_words(
    world: World, version: Literal[1, 2]
) -> None:
    world.own_accounts = OWN
    world.stream.profiles[ANA] = world.stream.profiles["northwind.example"] = {
        "did": ANA,
        "handle": "northwind.example",
    }
    uri = f"at://{BEN}/app.bsky.feed.post/1"
    reply = {"root": {"uri": uri, "cid": "b"}, "parent": {"uri": uri, "cid": "b"}}
    async with world.run(version):
        await world.wait_for_connection()
        world.stream.post("1", "good morning")
        world.stream.post("2", "so sorry", did=BEN, reply=reply)
        world.stream.post("3", "we look into it", reply=reply)
        world.stream.post("4", "me too", did="did:plc:agent", reply=reply)
        await world.wait_for(f"{ANA}/3", "did:plc:agent/4")
    assert world.inbox.ids == [f"bluesky:{ANA}/3", "bluesky:did:plc:agent/4"]
    assert [OWN.find_owner(mention) for mention in world.inbox.mentions.values()] == ["", "U0ANA"]
