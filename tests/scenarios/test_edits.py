"""An author edits what they said: the same case, with the new words, and nothing is counted twice."""

from typing import Any

from bot.domain.mention import Mention
from bot.domain.reports.report import Reconciliation
from bot.sources.x import XSource
from bot.sources.x_options import XOptions
from tests.scenarios.sample_posts import LATE, LOST, SPAM
from tests.scenarios.world import World
from tests.sources.fake_x import TOKEN, serve_fake_x

SMOKE = "there is smoke in the cabin of this northwind plane, people are injured"
FINE = "northwind flight landed"


def wording(world: World, text: str, edits: int = 0, name: str = "m", **more: Any) -> Mention:
    world.published_texts.append(text)
    at = world.clock.now()
    given = {
        "id": f"forum:{name}", "text": text, "created_at": at, "edits": edits, "author": "rui", "conversation": name,
        "edited_at": at if edits else None,
    }  # fmt: skip
    return Mention.model_validate(given | more)


async def arrives(world: World, *mentions: Mention) -> None:
    await world.local_app.store.inbox.admit("forum", mentions, None, world.clock.now())
    await world.run_until_idle()


async def account(world: World) -> Reconciliation:
    found = await world.reconcile()
    assert found.is_balanced, str(found)
    return found


async def test_the_card_follows_the_words_says_when_and_shows_what_was_said_before(world: World) -> None:
    await arrives(world, wording(world, LOST))
    card = world.channel("#care").card("@rui")
    await card.click("Claim", by="ana")
    await world.advance(minutes=3)
    await arrives(world, wording(world, LATE, edits=1))
    await world.advance(minutes=1)
    assert len(world.channel("#care").cards) == 1
    assert LATE in card.words
    assert f"Before the edit\n{LOST}" in await card.explain()
    assert "edited" in card.words
    assert "Claimed by @ana" in card.words
    assert (await account(world)).seen == 1


async def test_the_old_version_after_the_new_one_and_each_again_change_nothing(world: World) -> None:
    first, second, third = (wording(world, text, n) for n, text in enumerate((LOST, f"{LOST} again", LATE)))
    for version in (second, first, third, second, first, third):
        await arrives(world, version)
    await world.advance(minutes=1)
    [card] = world.channel("#care").cards
    assert LATE in card.words
    found = await account(world)
    assert (found.seen, found.opened) == (1, 1)


async def test_versions_that_come_in_one_batch_are_one_mention_with_the_newest_words(world: World) -> None:
    await arrives(world, wording(world, LATE, 1), wording(world, LOST))
    await world.advance(minutes=1)
    [card] = world.channel("#care").cards
    assert LATE in card.words
    assert (await account(world)).seen == 1


async def test_an_edit_of_what_joined_a_case_stays_with_it(world: World) -> None:
    await arrives(world, wording(world, LOST))
    await arrives(world, wording(world, LOST, name="copy", author="marta"))
    await world.advance(minutes=1)
    await arrives(world, wording(world, f"{LOST} and they lie about it", 1, name="copy", author="marta"))
    await world.advance(minutes=1)
    [card] = world.channel("#care").cards
    assert "edited, a related post, by its author" in await card.explain()
    found = await account(world)
    assert (found.seen, found.opened, found.joined) == (2, 1, 1)


async def test_what_was_shown_to_nobody_opens_a_case_once_its_words_ask_for_one(world: World) -> None:
    await arrives(world, wording(world, SPAM))
    before = await account(world)
    assert not world.channel("#care").cards
    await arrives(world, wording(world, LOST, 1))
    await world.advance(minutes=1)
    assert LOST in world.channel("#care").card("@rui").words
    after = await account(world)
    assert (after.seen, after.opened) == (before.seen, before.opened)


async def test_an_edit_that_nobody_needs_to_see_is_answered_and_counted_nowhere(world: World) -> None:
    await arrives(world, wording(world, SPAM))
    before = await account(world)
    await arrives(world, wording(world, f"{SPAM} now", 1))
    assert await account(world) == before


async def test_a_post_that_becomes_a_crisis_by_an_edit_wakes_somebody(world: World) -> None:
    await arrives(world, wording(world, LOST))
    await world.advance(minutes=1)
    calls = sum(len(world.person(name).dms) for name in ("raj", "mia"))
    await arrives(world, wording(world, SMOKE, 1))
    await world.advance(minutes=2)
    assert sum(len(world.person(name).dms) for name in ("raj", "mia")) > calls
    assert SMOKE in world.channel("#care").card("@rui").words


async def test_a_post_that_is_edited_on_x_is_one_case(world: World) -> None:
    async with serve_fake_x(world.clock) as (x, url):
        await world.start_sources(
            XSource(XOptions(), world.playbook.current.subjects, TOKEN, world.clock, lambda: 1.0, url)
        )
        first = await x.publish_post(LOST, conversation_id="")
        await world.wait_for_mentions(1)
        post = x.post(LATE, edit_history_post_ids=[])
        post |= {"edit_history_post_ids": [first.removeprefix("x:"), post["id"]], "conversation_id": post["id"]}
        assert x.live
        await x.live.write(x.line(post))
        while LATE not in world.channel("#care").cards[0].words:
            world.clock.advance_to_next()
            await world.run_until_idle()
        await world.stop_sources()
    world.published_texts += [LOST, LATE]
    assert len(world.channel("#care").cards) == 1
    found = await account(world)
    assert (found.seen, found.opened) == (1, 1)
