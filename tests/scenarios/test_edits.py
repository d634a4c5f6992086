"""An author edits what they said: the same case, with the new words, and nothing is counted twice."""

import asyncio
from datetime import timedelta
from typing import Any

from bot.domain.mention import Mention
from bot.domain.reports.report import Reconciliation
from bot.sources.x import XSource
from bot.sources.x_options import XOptions
from bot.workers.ingest import InboxWriter
from bot.workers.triage import TriageWorker
from tests.scenarios.sample_posts import LATE, LOST, SPAM
from tests.scenarios.slack_views import Card
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
    assert f"After the edit\n{LATE}" in await card.explain()
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


async def test_a_post_that_becomes_a_crisis_by_an_edit_moves_to_who_answers_crises_and_wakes_somebody(
    world: World,
) -> None:
    await arrives(world, wording(world, LOST))
    await world.advance(minutes=1)
    await arrives(world, wording(world, SMOKE, 1))
    await world.advance(minutes=2)
    assert SMOKE in world.channel("#pr").card("@rui").words
    assert "Moved to pr" in world.channel("#care").cards[0].words
    assert any("smoke" in one.words for one in world.person("ben").dms)


async def test_a_worse_edit_of_a_claimed_case_stays_with_who_has_it(world: World) -> None:
    await arrives(world, wording(world, LOST))
    card = world.channel("#care").card("@rui")
    await card.click("Claim", by="ana")
    await arrives(world, wording(world, SMOKE, 1))
    await world.advance(minutes=1)
    assert not world.channel("#pr").cards
    assert SMOKE in card.words
    assert "Claimed by @ana" in card.words
    assert "edited a post on your case" in world.person("ana").dms[-1].words


async def merge(world: World) -> tuple[Card, Card]:
    """Return the card of ana's case, and that of one of the same author that was merged into it."""
    for name, text in (("first", LATE), ("second", LOST)):
        await arrives(world, wording(world, text, name=name))
        await world.advance(seconds=3)
    first, second = world.channel("#care").cards
    await first.click("Claim", by="ana")
    await world.local_app.app.usecases.cases.merge(second.case, "U0ANA", first.case)
    await world.advance(seconds=3)
    return first, second


async def test_a_merged_post_that_becomes_a_crisis_by_an_edit_makes_the_case_that_has_it_one(world: World) -> None:
    first, second = await merge(world)
    await arrives(world, wording(world, SMOKE, 1, name="second"))
    await world.advance(minutes=2)
    assert "🚨 Safety" in first.words
    assert "Claimed by @ana" in first.words
    assert "Critical" in first.words
    assert "Merged" in second.words
    assert SMOKE in await first.explain()
    [told] = world.person("ana").dms
    assert "@rui edited a post on your case. It reads as a crisis now." in told.words
    assert (await account(world)).opened == 2
    await second.click("Reopen", by="ana")
    await world.advance(minutes=1)
    assert SMOKE in second.words
    assert "Critical" in second.words
    assert "later post" not in first.words


async def test_a_merged_post_has_its_newest_words_where_it_is_read(world: World) -> None:
    first, second = await merge(world)
    await arrives(
        world, wording(world, f"{LOST} please", 1, name="second"), wording(world, f"{LOST} today", 2, name="second")
    )
    await world.advance(minutes=1)
    shown = await first.explain()
    assert f"{LOST} today" in shown
    assert "Unclaimed" not in second.words
    assert f"{LOST} today" in second.words
    third = wording(world, SPAM, name="third")
    await arrives(world, third)
    persons = await world.local_app.store.persons.load(["forum:rui"])
    assert persons["forum:rui"].contacts == 2  # an edit is none


async def test_a_post_of_a_case_that_was_merged_on_is_read_in_the_last_one(world: World) -> None:
    first, second = await merge(world)
    await arrives(world, wording(world, f"{LATE} in Porto", name="third"))
    await world.advance(seconds=3)
    third = world.channel("#care").cards[-1]
    await world.local_app.app.usecases.cases.claim(third.case, "U0RAJ")
    await world.local_app.app.usecases.cases.merge(first.case, "U0ANA", third.case)
    await arrives(world, wording(world, SMOKE, 1, name="second"))
    await world.advance(minutes=2)
    assert "🚨 Safety" in third.words
    assert all("Merged" in one.words for one in (first, second))


async def test_a_crisis_that_is_played_down_by_an_edit_stays_one_until_a_person_says_otherwise(world: World) -> None:
    await arrives(world, wording(world, SMOKE))
    await arrives(world, wording(world, FINE, 1))
    await world.advance(minutes=1)
    card = world.channel("#pr").card("@rui")
    assert FINE in card.words
    assert "Critical" in card.words


async def test_an_edit_does_not_start_the_time_to_claim_again(world: World) -> None:
    await arrives(world, wording(world, LOST))
    for edit in (1, 2, 3):
        await world.advance(minutes=4)
        await arrives(world, wording(world, f"{LOST} {edit}", edit))
    await world.advance(minutes=4)
    card = world.channel("#care").card("@rui")
    assert "overdue" in card.words
    assert f"{LOST} 3" in card.words
    why = await card.explain()
    assert all(f"Before the edit\n{words}" in why for words in (LOST, f"{LOST} 1", f"{LOST} 2"))


def edited(world: World, text: str, **after: float) -> Mention:
    """A wording of an outlet that gives the time of an edit, and no number."""
    at = world.clock.now() + timedelta(**after)
    return wording(world, text).copy_with(edited_at=at)


async def test_an_outlet_need_only_say_when_it_was_edited(world: World) -> None:
    early, late = edited(world, LATE, minutes=2), edited(world, f"{LATE} again", minutes=5)
    await arrives(world, wording(world, LOST))
    for version in (late, early, late, early):
        await arrives(world, version)
    await world.advance(minutes=1)
    [card] = world.channel("#care").cards
    assert late.text in card.words
    assert "Before the edit" in await card.explain()
    found = await account(world)
    assert (found.seen, found.opened) == (1, 1)


async def test_an_edit_without_another_word_changes_nothing(world: World) -> None:
    await arrives(world, wording(world, LOST))
    await world.advance(minutes=1)
    await arrives(world, edited(world, LOST, minutes=1))
    await world.advance(minutes=1)
    card = world.channel("#care").card("@rui")
    assert "edited" not in card.words
    assert "edited" not in await card.explain()
    assert (await account(world)).seen == 1


async def test_another_rating_is_an_edit_though_the_words_stay(world: World) -> None:
    await arrives(world, wording(world, LOST, rating=3))
    await arrives(world, wording(world, LOST, 1, rating=1))
    await world.advance(minutes=1)
    why = await world.channel("#care").card("@rui").explain()
    assert "edited, by its author" in why
    assert "Before the edit" not in why


async def test_an_edit_from_the_future_does_not_keep_the_next_one_out(world: World) -> None:
    writer = InboxWriter("forum", world.local_app.store, world.clock)
    await writer.publish([wording(world, LOST)])
    await writer.publish([edited(world, f"{LOST} now", days=900)])
    await world.advance(minutes=1)
    await writer.publish([edited(world, LATE)])
    await world.advance(minutes=1)
    assert LATE in world.channel("#care").card("@rui").words


async def test_an_edit_reaches_its_case_for_as_long_as_the_case_is_kept(world: World) -> None:
    await arrives(world, wording(world, LOST))
    store = world.local_app.store
    await store.client.execute("DEL", store.keys.seen_key("forum:m"))  # as after fourteen days
    await arrives(world, edited(world, LATE, minutes=1))
    await world.advance(minutes=1)
    [card] = world.channel("#care").cards
    assert LATE in card.words
    found = await account(world)
    assert (found.seen, found.opened) == (1, 1)


async def test_who_claims_while_an_edit_arrives_has_the_case_with_the_new_words(world: World) -> None:
    await arrives(world, wording(world, LOST))
    await world.advance(minutes=1)
    card = world.channel("#care").card("@rui")
    await asyncio.gather(card.click("Claim", by="ana"), arrives(world, wording(world, LATE, 1)))
    await world.advance(minutes=1)
    assert LATE in card.words
    assert "Claimed by @ana" in card.words
    assert (await account(world)).seen == 1


async def test_an_old_wording_that_another_worker_still_has_in_hand_does_not_come_back(world: World) -> None:
    store, at = world.local_app.store, world.clock.now()
    await arrives(world, wording(world, LOST))
    await store.inbox.admit("forum", [wording(world, f"{LOST} early", 1)], None, at)
    other = TriageWorker(store, world.local_app.app.rules, world.clock, "other", wait=False, idle_most=timedelta())
    in_hand = await store.inbox.read("dead", 10, wait=False)
    await arrives(world, wording(world, LATE, 2))
    await other.step()
    await world.advance(minutes=1)
    assert len(in_hand) == 1
    assert LATE in world.channel("#care").card("@rui").words
    assert (await account(world)).seen == 1


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
