"""Somebody complains on Bluesky without naming us with an @: from the stream to the card, and what follows."""

from bot.domain.mention import DELETED_TEXT
from bot.sources.base import SourceContext
from bot.sources.bluesky import BlueskyOptions, BlueskySource
from tests.scenarios.sample_posts import LATE, LOST, SPAM
from tests.scenarios.world import World
from tests.sources.fake_jetstream import ANA, BEN, FakeJetstream, serve_fake_jetstream


async def start(world: World, stream: FakeJetstream) -> None:
    options = BlueskyOptions(hosts=(stream.url,), profiles=stream.url)
    context = SourceContext("bluesky", world.clock, lambda: 0.5, world.playbook.current.subjects)
    await world.start_sources(BlueskySource(options, context, flush_after=0.01))


async def test_an_untagged_complaint_on_bluesky_becomes_a_card_its_edit_redraws_it_and_its_deletion_strikes_it_out(
    world: World,
) -> None:
    async with serve_fake_jetstream(now=world.clock.now()) as stream:
        stream.profiles[ANA] = {"did": ANA, "handle": "wilma.example", "followersCount": 12}
        await start(world, stream)
        while not stream.connections:
            await world.run_until_idle()
        stream.post("1", LOST)
        await world.wait_for_mentions(1)
        card = world.channel("#care").cards[0]
        assert LOST in card.words
        assert "@wilma.example" in card.words
        assert "Bluesky" in card.words

        stream.post("1", LATE, operation="update")
        while LATE not in card.words:
            world.clock.advance_to_next()
            await world.run_until_idle()
        stream.delete("1")
        while DELETED_TEXT not in card.words:
            world.clock.advance_to_next()
            await world.run_until_idle()
        await world.stop_sources()
    assert len(world.channel("#care").cards) == 1
    assert "Resolved · post deleted" in card.words
    assert (await world.reconcile()).is_balanced


MILD = "found my bag, sorry for the noise"
ANGRY = "I am so angry, this is the worst airline, my money is gone and nobody answers"


async def test_an_edit_that_no_longer_names_us_is_on_the_card_and_strangers_edits_open_nothing(world: World) -> None:
    async with serve_fake_jetstream(now=world.clock.now()) as stream:
        stream.profiles[ANA] = {"did": ANA, "handle": "wilma.example", "followersCount": 12}
        await start(world, stream)
        while not stream.connections:
            await world.run_until_idle()
        stream.post("1", LOST)
        stream.post("2", SPAM, BEN)
        await world.wait_for_mentions(2)
        stream.post("3", ANGRY, BEN, operation="update")  # a stranger's, whom nobody has read before
        stream.post("2", ANGRY, BEN, operation="update")  # of a post that was shown to nobody
        stream.post("1", MILD, operation="update")
        card = world.channel("#care").cards[0]
        while MILD not in card.words:
            world.clock.advance_to_next()
            await world.run_until_idle()
        await world.advance(minutes=1)
        await world.stop_sources()
    assert [MILD in one.words for one in world.channel("#care").cards] == [True]
    assert "@wilma.example" in card.words
    found = await world.reconcile()
    assert found.is_balanced
    assert (found.seen, found.opened) == (2, 1)


async def test_a_post_and_its_edit_that_no_longer_names_us_may_come_at_once(world: World) -> None:
    async with serve_fake_jetstream(now=world.clock.now()) as stream:
        await start(world, stream)
        while not stream.connections:
            await world.run_until_idle()
        stream.post("1", LOST)
        stream.post("1", MILD, operation="update")
        await world.wait_for_mentions(1)
        while not any(MILD in card.words for card in world.channel("#care").cards):
            world.clock.advance_to_next()
            await world.run_until_idle()
        await world.stop_sources()
    assert len(world.channel("#care").cards) == 1
    assert (await world.reconcile()).seen == 1
