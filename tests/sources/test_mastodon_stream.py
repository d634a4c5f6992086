import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web

from bot.distribution import find_version
from bot.domain.commits import StoreUnavailable
from bot.sources.mastodon import MastodonOptions, MastodonOutlet, build_mastodon_source
from bot.sources.mastodon_stream import MAX_LINE, STEADY, MastodonSource
from bot.sources.polling import PolledSource
from tests.sources.fake_mastodon import TOKEN, build_status, serve_fake_mastodon
from tests.sources.source_fakes import NOON, Inbox, InstantClock, run_source, wait_until
from tests.sources.test_mastodon import CURSOR, World


class PollingPausesClock(InstantClock):
    """The polls wait until they are asked for; everything else waits no time."""

    def __init__(self) -> None:
        super().__init__()
        self.polls = 0

    async def sleep(self, seconds: float) -> None:
        await super().sleep(seconds)
        if seconds >= STEADY:
            await wait_until(lambda: self.polls > 0)
            self.polls -= 1


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with serve_fake_mastodon() as fake:
        clock = PollingPausesClock()
        yield World(fake=fake, inbox=Inbox(CURSOR), clock=clock, paused=clock)


@asynccontextmanager
async def run_stream(world: World, silence: float = 60.0, **options: Any) -> AsyncIterator[None]:
    """The stream is open, and the first poll is over."""
    context = world.build_context(TOKEN)
    outlet = MastodonOutlet(world.build_options(**options), context)
    polled = PolledSource(outlet, 60, context)
    is_public = bool(options.get("public"))
    source = MastodonSource(outlet, polled, context, is_public=is_public, silence=silence)
    async with run_source(source, world.inbox):
        await wait_until(lambda: bool(world.fake.streams) and bool(world.clock.slept))
        yield


async def test_a_post_its_edit_and_its_deletion_come_live_with_one_id(world: World) -> None:
    async with run_stream(world):
        status = build_status(101)
        world.fake.post(status)
        world.fake.edit(status, "#Nimbus found my bag", NOON + timedelta(minutes=2))
        world.fake.delete(status)
        await wait_until(lambda: len(world.inbox.published) == 3)
    first, edit, deletion = world.inbox.published
    assert {first.id, edit.id, deletion.id} == {"social:101"}
    assert (edit.text, edit.edited_at) == ("#Nimbus found my bag", NOON + timedelta(minutes=2))
    assert deletion.deleted_at is not None
    assert not world.inbox.held
    assert world.fake.agents == {f"Earshot/{find_version()}"}


async def test_what_is_posted_while_the_stream_is_broken_comes_with_the_next_poll_and_once(world: World) -> None:
    async with run_stream(world):
        world.fake.post(build_status(101))
        await wait_until(lambda: world.inbox.ids == ["social:101"])
        world.fake.send_bytes(None)
        await wait_until(lambda: not world.fake.streams)
        world.fake.statuses.append(build_status(102))
        await wait_until(lambda: bool(world.fake.streams))
        world.fake.post(build_status(103))
        await wait_until(lambda: "social:103" in world.inbox.ids)
        world.paused.polls += 1
        await wait_until(lambda: "social:102" in world.inbox.ids)
    assert sorted(world.inbox.ids) == ["social:101", "social:102", "social:103"]


async def test_each_hashtag_has_a_stream_and_all_public_posts_have_one(world: World) -> None:
    async with run_stream(world, hashtags=("nimbus", "Größe")):
        await wait_until(lambda: len(world.fake.streams) == 2)
        assert sorted(world.fake.streams.values()) == ["größe", "nimbus"]
    await wait_until(lambda: not world.fake.streams)
    async with run_stream(world, public=True):
        world.fake.post(build_status(104, "Nimbus, without a hashtag"))
        world.fake.post(build_status(105, "Nothing of ours"))
        world.fake.delete(world.fake.statuses[-1])
        await wait_until(lambda: len(world.inbox.published) == 2)
    assert [mention.id for mention in world.inbox.published] == ["social:104", "social:105"]
    assert world.inbox.published[1].deleted_at is not None


async def test_a_stream_that_is_silent_is_dead_and_is_opened_again(world: World) -> None:
    async with run_stream(world, silence=0.2):
        first = next(iter(world.fake.streams))
        await wait_until(lambda: first not in world.fake.streams and bool(world.fake.streams))
        world.fake.post(build_status(101))
        await wait_until(lambda: world.inbox.ids == ["social:101"])


@pytest.mark.parametrize(
    "junk",
    [
        b"event: update\ndata: {broken\n\n",
        b"event: update\ndata: [1]\n\n",
        b"event: update\ndata: " + b"[" * 50_000 + b"\n\n",
        b"event: delete\ndata: \n\n",
        b"event: delete\ndata: two words\n\n",
        b"event: of.another.kind\ndata: {}\n\n",
        b"event: update\n\n",
        b"data: 1\n\n:thump\n\nwithout a colon\n\n",
        b"\xff\xfe\n\n",
        b"event: update\ndata: " + b"x" * 300_000 + b"\n\n",
        b"event: update\r\ndata: {}\r\n\r\n",
    ],
    ids=range(11),
)
async def test_an_event_that_cannot_be_read_holds_up_nothing(world: World, junk: bytes) -> None:
    async with run_stream(world):
        world.fake.send_bytes(junk)
        world.fake.post(build_status(101))
        await wait_until(lambda: world.inbox.ids == ["social:101"])
        assert len(world.fake.streams) == 1


async def test_an_event_without_end_closes_the_stream_and_the_next_one_works(world: World) -> None:
    async with run_stream(world):
        first = next(iter(world.fake.streams))
        world.fake.send_bytes(b"event: update\ndata: " + b"x" * (3 * MAX_LINE))
        await wait_until(lambda: first not in world.fake.streams and bool(world.fake.streams))
        world.fake.post(build_status(101))
        await wait_until(lambda: world.inbox.ids == ["social:101"])


async def test_an_event_that_is_cut_in_the_middle_is_not_taken(world: World) -> None:
    async with run_stream(world):
        world.fake.send_bytes(b'event: delete\ndata: "10')
        world.fake.send_bytes(None)
        await wait_until(lambda: not world.fake.streams)
        await wait_until(lambda: bool(world.fake.streams))
    assert not world.inbox.published


async def test_a_stream_that_is_refused_waits_as_long_as_it_is_told_and_the_polls_go_on(world: World) -> None:
    world.fake.refused = [web.Response(status=429, headers={"Retry-After": "50"}), web.Response(status=503, text="<p>")]
    async with run_stream(world):
        assert any(50 <= slept < 70 for slept in world.clock.slept)
        world.fake.post(build_status(101))
        await wait_until(lambda: world.inbox.ids == ["social:101"])


async def test_a_stream_that_stays_closed_is_said_and_posts_come_by_polling(world: World) -> None:
    world.clock = InstantClock()
    world.fake.remaining = 10_000
    world.fake.statuses = [build_status(101)]
    world.fake.refused = [web.Response(status=502) for _ in range(100_000)]
    source = build_mastodon_source(MastodonOptions(url=world.fake.url, every=60), world.build_context(TOKEN))
    async with run_source(source, world.inbox):
        await wait_until(lambda: "social:101" in world.inbox.ids and any(world.inbox.statuses))
    said = next(filter(None, world.inbox.statuses))
    assert said == "The outlet answers with an error (502). Until its stream works, posts come later, by polling."


async def test_a_store_that_does_not_answer_ends_the_source_and_nothing_is_left_running(world: World) -> None:
    source = build_mastodon_source(world.build_options(), world.build_context(TOKEN))
    listening = asyncio.create_task(source.listen(world.inbox))
    await wait_until(lambda: bool(world.fake.streams) and bool(world.clock.slept))
    world.inbox.failures = 1
    world.fake.post(build_status(101))
    with pytest.raises(StoreUnavailable):
        await listening
    assert not world.inbox.held
