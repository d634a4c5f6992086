"""Everybody spots: the shortcut in the menu of a message, and the Home tab."""

from bot.cards import action_ids
from tests.scenarios.sample_posts import LOST, build_complaint
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
    assert "🙏 Thanks. It's now case" in world.person("joe").last_whisper
    card = world.channel("#care").card("suitcase came back open")
    assert "flagged by @joe, for care" in await card.explain()
    await card.click("Claim", by="ana")
    assert "Claimed by @ana" in card.words


async def test_what_was_flagged_already_is_not_flagged_twice(world: World) -> None:
    seen = await post_in_channel(world, SEEN)
    await world.person("joe").flag_message(seen, department="care", kind="complaint")
    await world.person("tom").flag_message(seen, department="pr", kind="complaint")
    assert "This was already flagged by @joe" in world.person("tom").last_whisper
    assert "in #care, new now, so nothing more is needed." in world.person("tom").last_whisper
    assert not world.channel("#pr").messages


async def test_what_earshot_received_by_itself_is_not_flagged_again(world: World) -> None:
    await world.receive(LOST)
    seen = await post_in_channel(world, LOST)
    await world.person("joe").flag_message(seen, department="care", kind="complaint")
    assert "This is known to Earshot already" in world.person("joe").last_whisper
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


async def test_the_home_tab_shows_what_is_mine_and_what_waits(world: World) -> None:
    await world.receive(LOST)
    await world.receive(build_complaint(1), by="pedro")
    await world.advance(seconds=5)
    await world.channel("#care").card("@marta").click("Claim", by="ana")
    home = await world.person("ana").open_home()
    assert "you lost my bag AGAIN" in home
    assert "seat 1" not in home
    assert "care #care: 2 open cases" in home
    assert "✅ Everything works." in home


async def test_a_case_is_resolved_from_the_home_tab_and_gone_from_it(world: World) -> None:
    await world.receive(LOST)
    await world.channel("#care").card("@marta").click("Claim", by="ana")
    await world.person("ana").open_home()
    ana = world.sandbox.get_user("ana")
    await ana.click_button(ana.home, "Resolve…")
    await world.finish_listeners()
    await ana.fill_field(action_ids.RESOLUTION, "answered")
    await ana.submit()
    await world.finish_listeners()
    assert "Nothing. Press Claim on a card" in world.person("ana").home
    await world.advance(seconds=5)
    assert "Resolved by @ana · answered" in world.channel("#care").card("@marta").words


async def test_the_home_tab_says_what_is_wrong_with_earshot(world: World) -> None:
    world.sandbox.workspace.find_channel("#care").is_archived = True
    await world.receive(LOST)
    await world.advance(minutes=2)
    assert "⚠️ The channel of care (C0CARE) cannot be written to (is_archived)." in await world.person("mia").open_home()
