"""A customer complains on Mastodon: the card follows what they edit and delete, over real HTTP and with a real store."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from bot.domain.mention import DELETED_TEXT
from bot.sources.base import SourceContext
from bot.sources.mastodon import MastodonOptions, build_mastodon_source
from tests.scenarios.sample_posts import LATE, LOST
from tests.scenarios.test_forget import find_traces
from tests.scenarios.world import World
from tests.sources.fake_mastodon import (
    TOKEN,
    FakeMastodon,
    build_account,
    build_status,
    format_time,
    serve_fake_mastodon,
)
from tests.sources.source_fakes import wait_until

TAG = "#NorthwindAir"


@asynccontextmanager
async def listen_to_mastodon(world: World, fake: FakeMastodon, *, public: bool = False) -> AsyncIterator[None]:
    """The stream is open, and the first poll is over."""
    context = SourceContext("social", world.clock, lambda: 0.5, world.playbook.current.subjects, TOKEN)
    await world.start_sources(build_mastodon_source(MastodonOptions(url=fake.url, public=public), context))
    store = world.local_app.store
    async with asyncio.timeout(30):
        while not fake.streams or await store.inbox.load_cursor("social") is None:  # noqa: ASYNC110 - it is the test that waits
            await asyncio.sleep(0)
    yield
    await world.stop_sources()
    await wait_until(lambda: not fake.streams)


def build_complaint(world: World, number: int, text: str) -> dict[str, Any]:
    words = f"{text} {TAG}"
    world.published_texts.append(text)
    account = build_account(acct="wilhelmina_q@far.example", display_name="Wilhelmina")
    return build_status(number, words, account=account, created_at=format_time(world.clock.now()))


async def wait_for_words(world: World, words: str) -> None:
    """Until the card in #care has these words, in real time: they come through a socket."""
    async with asyncio.timeout(30):
        while not any(words in card.words for card in world.channel("#care").cards):
            await asyncio.sleep(0)
            await world.run_until_idle()


async def test_a_mastodon_deletion_strikes_the_words_out(world: World) -> None:
    async with serve_fake_mastodon() as fake, listen_to_mastodon(world, fake):
        status = build_complaint(world, 101, LOST)
        fake.post(status)
        await wait_for_words(world, "lost my bag AGAIN")
        assert await find_traces(world, "wilhelmina_q")

        fake.delete(status)
        await wait_for_words(world, DELETED_TEXT)
        await world.advance(minutes=1)
        assert "post deleted" in world.channel("#care").cards[0].words
        assert await find_traces(world, "lost my bag AGAIN, worst", "wilhelmina_q") == []
    assert (await world.reconcile()).seen == 1


async def test_a_mastodon_edit_changes_the_card_and_is_not_counted_again(world: World) -> None:
    async with serve_fake_mastodon() as fake, listen_to_mastodon(world, fake):
        status = build_complaint(world, 101, LOST)
        fake.post(status)
        await wait_for_words(world, "lost my bag AGAIN")
        world.clock.advance(seconds=30)
        world.published_texts.append(LATE)
        fake.edit(status, f"{LATE} {TAG}", world.clock.now())
        await wait_for_words(world, "four hours late")
    assert len(world.channel("#care").cards) == 1
    assert (await world.reconcile()).seen == 1


async def test_an_edit_without_our_name_is_on_the_card_and_a_strangers_opens_nothing(world: World) -> None:
    async with serve_fake_mastodon() as fake, listen_to_mastodon(world, fake, public=True):
        status, other = build_complaint(world, 101, LOST), build_complaint(world, 102, "hello")
        fake.post(status)
        await wait_for_words(world, "lost my bag AGAIN")
        world.clock.advance(seconds=30)
        fake.edit(other, "I am angry, the worst train, nobody answers", world.clock.now())
        fake.edit(status, "found my bag, sorry", world.clock.now())
        await wait_for_words(world, "found my bag, sorry")
        await world.advance(minutes=1)
    assert len(world.channel("#care").cards) == 1
    assert (await world.reconcile()).seen == 1


async def test_what_is_posted_while_the_stream_is_broken_is_on_a_card_after_the_next_poll(world: World) -> None:
    async with serve_fake_mastodon() as fake, listen_to_mastodon(world, fake):
        fake.send_bytes(None)
        await wait_until(lambda: not fake.streams)
        fake.statuses.append(build_complaint(world, 102, LOST))
        await world.wait_for_mentions(1)
        await wait_for_words(world, "lost my bag AGAIN")
    assert (await world.reconcile()).seen == 1


async def test_what_an_instance_had_at_the_first_start_makes_no_card(world: World) -> None:
    async with serve_fake_mastodon() as fake:
        fake.statuses.append(build_complaint(world, 101, LOST))
        async with listen_to_mastodon(world, fake):
            fake.post(build_complaint(world, 102, LATE))
            await wait_for_words(world, "four hours late")
    assert len(world.channel("#care").cards) == 1
    assert (await world.reconcile()).seen == 1
