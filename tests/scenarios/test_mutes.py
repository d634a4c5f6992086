"""/earshot mute: authors and sources that are counted but open no case, and never a crisis."""

import pytest

from tests.scenarios.sample_posts import CRISIS, LATE, LOST, SPAM
from tests.scenarios.world import World


async def test_a_muted_author_opens_no_case_and_the_list_says_how_much_is_hidden(world: World) -> None:
    told = await world.person("ana").type_command("/earshot mute @Marta until Friday")
    assert told.startswith("🔇 @marta is muted until Fri 13 Mar 18:00. New mentions are counted but open no case.")
    await world.receive(LOST)
    await world.receive(LATE, by="ola")
    await world.receive(LATE, conversation="another")
    assert len(world.channel("#care").cards) == 1
    found = await world.reconcile()
    assert (found.seen, found.opened, found.tallied) == (3, 1, 2)
    listed = await world.person("joe").type_command("/earshot mutes")
    assert "🔇 @marta · 2 mentions hidden · until 13 Mar, 18:00 UTC · by @ana" in listed

    told = await world.person("raj").type_command("/earshot unmute marta")
    assert told == "🔊 @marta is no longer muted. The mute hid 2 mentions."
    await world.receive(LOST + " still")
    await world.advance(seconds=5)
    assert len(world.channel("#care").cards) == 2
    assert (await world.person("joe").type_command("/earshot mutes")).startswith("Nobody is muted.")


async def test_why_offers_to_mute_the_author_to_who_may_and_says_how_much_is_hidden(world: World) -> None:
    await world.receive(LOST)
    card = world.channel("#care").card("@marta")
    assert "Mute author…" not in await card.explain(by="joe")
    await card.choose("Mute author…", by="ana")
    modal = world.person("ana").form
    assert "🔇 @marta is muted until somebody unmutes." in modal
    assert "🔇 @marta · 0 mentions hidden · no end · by @ana\nUnmute" in modal
    await world.receive(LATE, conversation="another")
    assert "🔇 @marta · 1 mention hidden" in await card.explain(by="raj")
    await card.choose("Unmute", by="raj")
    modal = world.person("raj").form
    assert "🔊 @marta is no longer muted. The mute hid 1 mention." in modal
    assert "Mute author…" in modal


async def test_a_mute_ends_by_itself_and_counts_from_zero_when_it_begins_again(world: World) -> None:
    await world.person("ana").type_command("/earshot mute @marta for 1h")
    await world.receive(LOST)
    await world.advance(hours=1, minutes=1)
    await world.receive(LATE)
    assert len(world.channel("#care").cards) == 1
    assert (await world.person("joe").type_command("/earshot mutes")).startswith("Nobody is muted.")
    await world.person("ana").type_command("/earshot mute @marta")
    assert "@marta · 0 mentions hidden · no end" in await world.person("joe").type_command("/earshot mutes")


async def test_a_crisis_of_a_muted_author_comes_through_and_pages(world: World) -> None:
    await world.person("mia").type_command("/earshot mute @marta")
    await world.person("mia").type_command("/earshot mute forum")
    await world.receive(CRISIS)
    await world.receive(CRISIS + " on flight 90", by="ola", source="forum")
    await world.advance(seconds=10)
    assert len(world.channel("#pr").cards) == 2
    assert any("Acknowledge" in dm.buttons for dm in world.person("ben").dms)


async def test_a_muted_author_who_writes_again_does_not_join_or_reopen_a_case(world: World) -> None:
    await world.receive(LOST, conversation="c1")
    await world.channel("#care").card("@marta").resolve(by="ana")
    await world.person("ana").type_command("/earshot mute @marta")
    await world.receive(LATE, conversation="c1")
    assert "Resolved" in world.channel("#care").card("@marta").words
    assert (await world.reconcile()).joined == 0


async def test_a_muted_source_opens_no_case_until_it_is_unmuted(world: World) -> None:
    told = await world.person("ana").type_command("/earshot mute forum")
    assert "(all mentions of this source) is muted until somebody unmutes." in told
    await world.receive(LOST, source="forum")
    await world.receive(LATE, by="ola")
    assert len(world.channel("#care").cards) == 1
    assert "1 mention hidden" in await world.person("joe").type_command("/earshot mutes")
    await world.person("ana").press_on_whisper("Undo")
    await world.receive("@northwindair my luggage is still in Oslo and nobody calls me back", source="forum", by="tim")
    await world.advance(seconds=5)
    assert len(world.channel("#care").cards) == 2


async def test_whose_case_was_resolved_as_spam_can_be_muted_by_one_press(world: World) -> None:
    await world.receive(LOST)
    await world.channel("#care").card("@marta").resolve("spam", by="ana")
    assert world.person("ana").last_whisper.startswith(
        "Resolved as spam. You can mute @marta until somebody unmutes them."
    )
    await world.person("ana").press_on_whisper("Mute author")
    await world.receive(LATE)
    assert len(world.channel("#care").cards) == 1


async def test_spam_of_a_muted_author_stays_spam_and_is_counted_once(world: World) -> None:
    await world.person("ana").type_command("/earshot mute @marta")
    await world.receive(SPAM)
    found = await world.reconcile()
    assert (found.seen, found.spam, found.tallied) == (1, 1, 0)


@pytest.mark.parametrize(
    ("by", "line", "sentence"),
    [
        ("joe", "mute @marta", "Only deputies and managers mute somebody. Ask one of them."),
        ("joe", "unmute @marta", "Only deputies and managers mute somebody. Ask one of them."),
        ("ana", "mute", "Whom? Write it like `/earshot mute @handle until Friday`"),
        ("ana", "mute @joe", "That is somebody of your workspace. For an author, type the handle without @"),
        ("ana", "mute forun", "Did you mean the source `forum`? For an author, type `/earshot mute @forun`."),
        ("ana", "mute @marta until yesterday", "Earshot doesn't understand the time in “yesterday”."),
        ("ana", "mute @marta until 2026-03-01", "is in the past"),
        ("ana", "unmute @marta", "“marta” isn't muted. `/earshot mutes` lists all."),
    ],
)
async def test_what_cannot_be_muted_is_said_in_a_sentence(world: World, by: str, line: str, sentence: str) -> None:
    assert sentence in await world.person(by).type_command(f"/earshot {line}")
    assert await world.local_app.store.mutes.list_mutes() == []
