"""A flag as a crisis: who may wake people by it, who is asked first, and how often anybody may."""

import pytest

from bot.cards import action_ids
from tests.scenarios.sample_posts import CRISIS
from tests.scenarios.test_colleagues import post_in_channel
from tests.scenarios.world import World

WORDS = "My sister sits in it: the cabin of flight 88 is full of smoke"


async def flag_message(world: World, by: str, department: str = "pr") -> None:
    seen = await post_in_channel(world, WORDS)
    await world.person(by).flag_message(seen, department=department, kind="crisis")
    await world.advance(seconds=10)


def is_paged(world: World, who: str) -> bool:
    """Whether somebody was sent a page, answered or not."""
    return any("Acknowledge" in dm.buttons for dm in world.person(who).dms)


async def test_a_crisis_flagged_by_somebody_without_a_role_asks_who_is_on_call_before_anybody_is_paged(
    world: World,
) -> None:
    await flag_message(world, "joe")
    assert "somebody there confirms it before anybody is paged" in world.person("joe").last_whisper
    asked = world.person("ben").dm
    assert "@joe flagged this as a crisis for pr" in asked.words
    assert asked.buttons[:2] == ["Confirm crisis", "Claim"]
    await world.advance(minutes=4)
    assert not is_paged(world, "ben")
    assert not is_paged(world, "mia")

    await asked.click("Confirm crisis", by="ben")
    await world.advance(seconds=10)
    assert "Crisis confirmed: the post from" in world.person("ben").dms[0].words
    assert is_paged(world, "ben")
    card = world.channel("#pr").card("full of smoke")
    assert "confirmed the crisis by @ben" in await card.explain()
    assert "Confirm crisis" not in card.buttons


async def test_it_is_confirmed_once_on_its_card_too_and_only_by_who_answers_there(world: World) -> None:
    await flag_message(world, "joe")
    card = world.channel("#pr").card("full of smoke")
    await card.click("Confirm crisis", by="lea")
    assert not is_paged(world, "ben")
    assert "Only " in world.person("lea").last_whisper
    old = world.person("ben").dm
    await card.click("Confirm crisis", by="mia")
    await world.advance(seconds=5)
    assert is_paged(world, "ben")
    await old.click("Confirm crisis", by="ben")
    assert world.person("ben").last_whisper.startswith("This crisis is already confirmed.")
    await world.advance(minutes=1)
    assert (
        len(await world.local_app.store.pages.find(await world.local_app.store.pages.list_due(world.clock.now(), 9)))
        <= 1
    )


async def test_what_nobody_confirms_is_called_for_as_an_unclaimed_case_is(world: World) -> None:
    await flag_message(world, "joe")
    await world.advance(minutes=12)
    assert any("Unclaimed since" in dm.words and "crisis from" in dm.words for dm in world.person("ben").dms)
    assert not is_paged(world, "ben")


@pytest.mark.parametrize("by", ["ana", "mia"])
async def test_a_crisis_flagged_by_a_deputy_or_a_manager_pages_at_once(world: World, by: str) -> None:
    await flag_message(world, by)
    assert is_paged(world, "ben")
    assert "confirms it" not in world.person(by).last_whisper


async def test_a_doubtful_crisis_of_the_public_may_be_confirmed_on_its_card(world: World) -> None:
    await world.receive(f"haha {CRISIS} lol just kidding")
    card = world.channel("#pr").card("@marta")
    assert "Confirm crisis" in card.buttons
    assert not is_paged(world, "ben")
    await card.click("Confirm crisis", by="ben")
    await world.advance(seconds=5)
    assert is_paged(world, "ben")


async def test_a_guest_from_another_workspace_flags_nothing(world: World) -> None:
    world.sandbox.workspace.find_user("joe").team = "T0OTHER"
    seen = await post_in_channel(world, WORDS, by="joe")
    await world.sandbox.get_user("joe").use_shortcut(action_ids.FLAG_MENTION, on=seen.message)
    await world.finish_listeners()
    assert world.person("joe").form == ""
    assert world.person("joe").last_whisper.startswith("Earshot belongs to another workspace")


async def test_one_person_flags_twenty_posts_in_an_hour_and_no_more(world: World) -> None:
    for number in range(20):
        seen = await post_in_channel(world, f"They lost bag number {number} of somebody I know")
        await world.person("joe").flag_message(seen, department="care", kind="complaint")
    late = [await post_in_channel(world, f"And a bicycle of friend {number} of mine") for number in range(2)]
    refused = await world.person("joe").flag_message(late[0], department="care", kind="complaint")
    assert "You have flagged 20 posts in the last hour" in str(refused.errors)
    await world.person("tom").flag_message(late[1], department="care", kind="complaint")
    assert "🙏 Thanks." in world.person("tom").last_whisper
    await world.advance(hours=1)
    await world.person("joe").flag_message(late[0], department="care", kind="complaint")
    assert "🙏 Thanks." in world.person("joe").last_whisper
