"""One person over weeks: who claims a case knows what came before."""

from typing import Any

import pytest

from tests.scenarios.world import World

FIRST = "@northwindair my green suitcase did not arrive in Porto, nobody can tell me where it is"
SECOND = "@northwindair three weeks and the refund for NW 112 is still not there"
THIRD = "@northwindair the app charged me twice, this is unacceptable"
PRAISE = "@northwindair thank you, the crew this morning was wonderful and so kind to my mother"


async def answer(world: World, text: str) -> None:
    await world.receive(text)
    card = world.channel("#care").card(text[14:40])
    await card.click("Claim", by="ana")
    await card.resolve("answered", by="ana")


async def test_the_card_of_a_first_contact_says_nothing_about_the_past(world: World) -> None:
    await world.receive(FIRST)
    assert "contact" not in world.channel("#care").card("@marta").words


async def test_the_card_says_how_often_they_wrote_who_answered_and_that_they_praised(world: World) -> None:
    await answer(world, FIRST)
    await world.advance(hours=9)
    await answer(world, SECOND)
    await world.receive(PRAISE)
    await world.advance(hours=30)
    await world.receive(THIRD)
    card = world.channel("#care").card("charged me twice")
    assert "4th contact in 1 day · 2 answered, last by @ana on 10 Mar · praised once" in card.words
    await card.click("Claim", by="ana")
    assert "4th contact in 1 day · 2 answered" in card.words
    await card.resolve("answered", by="ana")
    assert "contact in" not in card.words


async def test_a_second_post_of_the_same_conversation_is_a_follow_up_and_no_history(world: World) -> None:
    await world.receive(FIRST, conversation="9")
    await world.receive(SECOND, conversation="9")
    words = world.channel("#care").card("@marta").words
    assert "1 later post" in words
    assert "contact in" not in words


async def test_the_words_of_later_posts_are_read_in_slack_and_so_are_all_words_of_the_post(world: World) -> None:
    await world.receive(FIRST, conversation="9")
    await world.receive(SECOND, conversation="9")
    await world.receive(f"{THIRD} <!here> {'now ' * 100} the end", conversation="9")
    card = world.channel("#care").card("@marta")
    shown = await card.explain()
    assert f"Post\n{FIRST}" in shown
    assert f"@marta · later post · 10 Mar, 09:00 UTC · {SECOND}" in shown
    assert f"later post · 10 Mar, 09:00 UTC · {THIRD} <!here> now now" in shown
    assert "the end" not in shown
    store = world.local_app.store
    await store.client.execute("SET", store.keys.joined_mentions_key(card.case), "another type")
    assert "@marta · later post · 10 Mar, 09:00 UTC\n" in await card.explain()


@pytest.mark.parametrize(
    "author",
    [
        {"id": "news.example/", "name": "The Daily", "outlet": True},
        {"id": "77", "handle": "dailybot", "bot": True},
        {"id": "Guest", "name": "Guest"},
    ],
    ids=["outlet", "automated account", "guest"],
)
async def test_who_is_no_person_has_no_history_and_meets_no_etiquette(world: World, author: dict[str, Any]) -> None:
    await world.receive(FIRST, author=author)
    await world.advance(seconds=3)
    await world.receive(THIRD, author=author)
    await world.advance(seconds=3)
    first, busy = (world.channel("#care").card(words) for words in ("suitcase", "charged me twice"))
    await busy.click("Claim", by="raj")
    await first.click("Claim", by="ana")
    await first.resolve("answered", by="ana")
    await world.receive(SECOND, author=author)
    await world.advance(seconds=3)
    second = world.channel("#care").card("refund")
    assert "contact" not in second.words
    assert "another case" not in second.words
    assert "History of this person…" not in await second.explain()
    await second.click("Claim", by="mia")
    assert "Claimed by @mia" in second.words


async def test_the_name_of_the_colleague_who_answered_notifies_nobody(world: World) -> None:
    await answer(world, FIRST)
    await world.advance(minutes=5)
    await world.receive(SECOND)
    said = world.channel("#care").card("refund").message.read_text()
    assert "by @ana" in said
    assert "<@U0ANA>" not in said
