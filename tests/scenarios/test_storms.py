"""Hundreds at once: the channel stays readable, and everything on it can be claimed."""

import asyncio

from bot.cards import action_ids
from tests.scenarios.sample_posts import build_complaint
from tests.scenarios.slack_views import Card
from tests.scenarios.world import World


def claimable(digest: Card) -> list[str]:
    """The cases that can be claimed on this digest."""
    return [
        element["value"]
        for _, element in digest.message.iter_elements()
        if element["action_id"] == action_ids.CLAIM_IN_DIGEST
    ]


async def storm(world: World, size: int) -> None:
    await world.receive_all(
        [world.build_mention(build_complaint(number), by=f"person{number}") for number in range(size)]
    )


async def test_a_storm_of_three_hundred_is_one_list_and_every_one_of_them_can_be_claimed(world: World) -> None:
    await storm(world, 300)
    await world.advance(minutes=2)
    care = world.channel("#care")
    [digest] = care.digests
    assert len(care.messages) == 1
    assert ": 300 unclaimed." in digest.words
    seen = set(claimable(digest))
    assert len(seen) == 20
    for _ in range(30):
        await digest.click("Take 10", by="ana")
        await world.advance(seconds=5)
        seen |= set(claimable(digest))
    cases = await world.local_app.store.cases.list_owned("U0ANA")
    assert len(cases) == 300
    assert len(seen) == 300


async def test_what_is_claimed_on_a_digest_gets_a_card_of_its_own(world: World) -> None:
    await storm(world, 60)
    await world.advance(minutes=2)
    digest = world.channel("#care").digests[0]
    first, second, third, *_ = claimable(digest)
    await digest.click("Claim", by="ana", case=first)
    await digest.click("Claim", by="raj", case=second)
    await world.advance(seconds=20)
    cards = {card.case: card.words for card in world.channel("#care").cards}
    assert "Claimed by @ana" in cards[first]
    assert "Claimed by @raj" in cards[second]
    assert third not in cards
    assert "Claimed by @ana (1), @raj (1)" in digest.words
    assert len(claimable(digest)) == 18


async def test_a_storm_that_nobody_claims_is_one_reply_for_each_list_and_one_message_for_each_person(
    world: World,
) -> None:
    await storm(world, 100)
    await world.advance(minutes=40)
    care = world.channel("#care")
    assert care.reminders == [], "nothing new in the channel"
    assert [len(digest.replies) for digest in care.digests] == [1]
    said = "⏰ 100 on this list are unclaimed – can someone help? On-call is paged in 5 min."
    assert care.thread_replies[0].words == said
    for name in ("raj", "mia"):
        [dm] = world.person(name).dms
        assert "📟 100 unclaimed in #care, oldest since " in dm.words
        assert "You're on call." in dm.words


async def test_the_reminder_below_a_list_says_once_that_nothing_on_it_is_unclaimed(world: World) -> None:
    await storm(world, 60)
    await world.advance(minutes=17)
    care = world.channel("#care")
    digest = care.digests[0]
    await digest.click("Take 10", by="ana")
    await world.advance(minutes=1)
    assert [reply.words[:23] for reply in digest.replies] == ["⏰ 20 on this list are u"]
    await digest.click("Take 10", by="raj")
    await world.advance(minutes=1)
    assert [reply.words for reply in digest.replies] == ["✅ Nothing on this list is unclaimed any more."]
    assert all(reply.words.startswith("⏰") for one in care.digests[1:] for reply in one.replies)


async def test_two_who_claim_the_same_line_of_a_digest_are_told_apart(world: World) -> None:
    await storm(world, 60)
    await world.advance(minutes=2)
    digest = world.channel("#care").digests[0]
    case = claimable(digest)[0]
    clicks = [
        world.sandbox.get_user(name).click_button(digest.message, action_ids.CLAIM_IN_DIGEST, value=case)
        for name in ("ana", "raj")
    ]
    await asyncio.gather(*clicks)
    await world.finish_listeners()
    assert "has this one, 1 s before you." in world.person("ana").last_whisper + world.person("raj").last_whisper
    assert case not in claimable(digest)


async def test_after_a_storm_new_cases_have_cards_again(world: World) -> None:
    await storm(world, 60)
    await world.advance(minutes=3)
    await world.receive(build_complaint(999), by="marta")
    await world.advance(seconds=5)
    assert world.channel("#care").card("@marta")


async def test_a_storm_in_one_department_holds_up_no_other(world: World) -> None:
    storming = [world.build_mention(build_complaint(number), by=f"person{number}") for number in range(200)]
    crisis = world.build_mention("@northwindair smoke in the cabin, people are injured, send an ambulance", by="eva")
    await world.receive_all([*storming, crisis])
    assert world.channel("#pr").card("@eva").fallback_text.startswith("🚨 ")


async def test_a_click_in_a_storm_is_answered_before_the_storm_is_over(world: World) -> None:
    await storm(world, 300)
    [digest] = world.channel("#care").digests
    await digest.click("Claim", by="ana", case=claimable(digest)[0])
    assert ": 299 unclaimed." in digest.words
