"""Everybody spots: the shortcut in the menu of a message."""

from bot.cards import action_ids
from tests.scenarios.sample_posts import LOST
from tests.scenarios.slack_views import Card
from tests.scenarios.world import World


async def post_in_channel(world: World, text: str, by: str = "lea") -> Card:
    """A colleague brings something to the lobby."""
    world.published_texts.append(text)
    message = await world.sandbox.get_user(by).post_message(text, in_channel="#lobby")
    return Card(message, world.sandbox, world.finish_listeners)


SEEN = "My sister posted that her suitcase came back open and half empty, https://forum.example/t/77"


async def test_what_a_colleague_flags_becomes_a_case_of_the_department_she_chose(world: World) -> None:
    seen = await post_in_channel(world, SEEN)
    await world.person("joe").flag_message(seen, department="care", kind="complaint")
    assert "🙏 Thanks. It's now a case" in world.person("joe").last_whisper
    card = world.channel("#care").card("suitcase came back open")
    assert "flagged by @joe, for care" in await card.explain()
    await card.click("Claim", by="ana")
    assert "Claimed by @ana" in card.words


async def test_what_was_flagged_already_is_not_flagged_twice(world: World) -> None:
    seen = await post_in_channel(world, SEEN)
    await world.person("joe").flag_message(seen, department="care", kind="complaint")
    await world.person("tom").flag_message(seen, department="pr", kind="complaint")
    assert "@joe already flagged this" in world.person("tom").last_whisper
    assert "as an unclaimed case in #care. You don't need to do anything." in world.person("tom").last_whisper
    assert not world.channel("#pr").messages


async def test_what_earshot_received_by_itself_is_not_flagged_again(world: World) -> None:
    await world.receive(LOST)
    seen = await post_in_channel(world, LOST)
    await world.person("joe").flag_message(seen, department="care", kind="complaint")
    assert "Earshot already has this" in world.person("joe").last_whisper
    assert len(world.channel("#care").cards) == 1


async def test_a_card_of_earshots_own_is_not_flagged(world: World) -> None:
    await world.receive(LOST)
    message = world.channel("#care").card("@marta").message
    await world.sandbox.get_user("joe").use_shortcut(action_ids.FLAG_MENTION, on=message)
    await world.finish_listeners()
    assert "This is one of Earshot's own messages." in world.person("joe").last_whisper
    assert world.person("joe").form == ""


async def test_a_flagged_case_is_called_for_like_any_other(world: World) -> None:
    world.pages_from("low")
    seen = await post_in_channel(world, SEEN)
    await world.person("joe").flag_message(seen, department="care", kind="complaint")
    await world.advance(minutes=21)
    assert "You're on call" in world.person("raj").dm.words
