"""Hundreds at once: the channel stays readable, and everything on it can be claimed."""

import asyncio

from bot.cards import action_ids
from tests.scenarios.eyes import Card
from tests.scenarios.spoken import complaint
from tests.scenarios.world import World


def claimable(digest: Card) -> list[str]:
    """The cases that can be claimed on this digest."""
    return [
        element["value"]
        for _, element in digest.message.iter_elements()
        if element["action_id"] == action_ids.CLAIM_IN_DIGEST
    ]


async def storm(world: World, size: int) -> None:
    await world.hears_all([world.mention(complaint(number), by=f"person{number}") for number in range(size)])


async def test_a_storm_of_three_hundred_is_on_digests_and_every_one_of_them_can_be_claimed(world: World) -> None:
    await storm(world, 300)
    await world.waits(minutes=2)
    care = world.channel("#care")
    on_digests = [case for digest in care.digests for case in claimable(digest)]
    on_cards = [card.case for card in care.cards]
    assert len(on_digests + on_cards) == len(set(on_digests + on_cards)) == 300
    assert len(care.messages) < 30


async def test_what_is_claimed_on_a_digest_gets_a_card_of_its_own(world: World) -> None:
    await storm(world, 60)
    await world.waits(minutes=2)
    digest = world.channel("#care").digests[0]
    first, second, third, *_ = claimable(digest)
    await digest.click("Claim", by="ana", case=first)
    await digest.click("Claim", by="raj", case=second)
    await world.waits(seconds=20)
    cards = {card.case: card.words for card in world.channel("#care").cards}
    assert "Claimed by @ana" in cards[first]
    assert "Claimed by @raj" in cards[second]
    assert third not in cards
    assert "claimed by @ana" in digest.words
    assert len(claimable(digest)) == 18


async def test_a_storm_that_nobody_claims_calls_people_once_for_each_list(world: World) -> None:
    await storm(world, 100)
    await world.waits(minutes=40)
    care, raj = world.channel("#care"), world.person("raj")
    assert len(care.beside) == len(raj.dms) == len(care.digests) == 5
    assert "⏰ 20 cases on one list wait for somebody to claim." in care.beside[0].words
    assert "You are on call for care. 20 cases on one list wait for somebody in #care." in raj.dm.words


async def test_two_who_claim_the_same_line_of_a_digest_are_told_apart(world: World) -> None:
    await storm(world, 60)
    await world.waits(minutes=2)
    digest = world.channel("#care").digests[0]
    case = claimable(digest)[0]
    clicks = [
        world.sandbox.get_user(name).click_button(digest.message, action_ids.CLAIM_IN_DIGEST, value=case)
        for name in ("ana", "raj")
    ]
    await asyncio.gather(*clicks)
    await world.calms_down()
    assert "has this one, 1 s before you." in world.person("ana").told + world.person("raj").told
    assert case not in claimable(digest)


async def test_after_a_storm_new_cases_have_cards_again(world: World) -> None:
    await storm(world, 60)
    await world.waits(minutes=3)
    await world.hears(complaint(999), by="marta")
    await world.waits(seconds=5)
    assert world.channel("#care").card("@marta")


async def test_a_storm_in_one_department_holds_up_no_other(world: World) -> None:
    storming = [world.mention(complaint(number), by=f"person{number}") for number in range(200)]
    crisis = world.mention("@northwindair smoke in the cabin, people are injured, send an ambulance", by="eva")
    await world.hears_all([*storming, crisis])
    assert world.channel("#pr").card("@eva").aloud.startswith("Crisis for pr")


async def test_a_click_in_a_storm_is_answered_before_the_storm_is_over(world: World) -> None:
    await storm(world, 300)
    [digest] = world.channel("#care").digests
    await digest.click("Claim", by="ana", case=claimable(digest)[0])
    assert "claimed by @ana" in digest.words
