"""From the complaint to the answer: one owner, always."""

import asyncio

from bot.slack_sandbox import FaultKind, InjectedFault
from tests.scenarios.sample_posts import LOST
from tests.scenarios.sample_workspace import CROWD
from tests.scenarios.slack_views import OFFER
from tests.scenarios.world import World


async def test_a_complaint_becomes_a_card_and_is_claimed_answered_and_resolved(world: World) -> None:
    await world.receive(LOST, by="marta", followers=3400)
    card = world.channel("#care").card("@marta")
    assert LOST in card.words
    assert "Our voice" not in card.words
    assert "Unclaimed · claim by 10 Mar, 09:15 UTC" in card.words
    await world.advance(minutes=2)
    await card.click("Claim", by="ana")
    assert "Claimed by @ana · due 10 Mar, 13:00 UTC" in card.words
    assert world.person("ana").whispers == [OFFER]
    assert OFFER in await card.explain("ana")
    assert "You can offer" not in card.words + await card.explain("raj")
    await card.resolve("answered", by="ana", note="A courier has it")
    assert "Resolved by @ana · answered" in card.words
    assert "“A courier has it”" in card.words
    assert (card.buttons, card.menu) == (["Reopen", "Open post"], ["History…", "Why? / Correct…"])


async def test_of_fifty_who_claim_at_once_one_gets_it_and_the_others_are_told_who_and_when(world: World) -> None:
    await world.receive(LOST)
    card = world.channel("#care").card("@marta")
    await asyncio.gather(*(world.sandbox.get_user(name).click_button(card.message, "Claim") for name in CROWD))
    await world.finish_listeners()
    [owner] = [name for name in CROWD if f"Claimed by @{name}" in card.words]
    told = [world.person(name).whispers for name in CROWD if name != owner]
    assert told == [[f"@{owner} has this one, 1 s before you."]] * 49
    assert world.person(owner).whispers == [OFFER]


async def test_fifty_deputies_of_a_group_that_slack_is_slow_to_name_are_all_known(world: World) -> None:
    slow = InjectedFault(FaultKind.SLOW, methods=["usergroups.users.list"], seconds=0.3, times=None)
    world.sandbox.faults.add(slow)
    await world.receive(LOST)
    card = world.channel("#care").card("@marta")
    await asyncio.gather(*(world.sandbox.get_user(name).click_button(card.message, "Claim") for name in CROWD))
    await world.finish_listeners()
    assert not [name for name in CROWD if "Only deputies" in world.person(name).last_whisper]
    assert world.sandbox.limits.calls["usergroups.users.list"] == 1


async def test_a_colleague_who_is_no_deputy_is_told_what_she_may_do_instead(world: World) -> None:
    await world.receive(LOST)
    card = world.channel("#care").card("@marta")
    await card.click("Claim", by="joe")
    assert "Only the care department answers these" in world.person("joe").last_whisper
    assert (
        "You can open the post, thank the person, or tell one of them. @mia can deputize you."
        in world.person("joe").last_whisper
    )
    assert "Unclaimed" in card.words


async def test_of_fifty_deputies_a_refusal_names_a_few_and_counts_the_rest(world: World) -> None:
    await world.receive(LOST)
    await world.channel("#care").card("@marta").click("Claim", by="joe")
    assert "and 48 more)" in world.person("joe").last_whisper


async def test_a_claim_that_is_released_waits_for_somebody_else_and_its_clock_begins_again(world: World) -> None:
    await world.receive(LOST)
    card = world.channel("#care").card("@marta")
    await card.click("Claim", by="ana")
    await world.advance(minutes=10)
    await card.click("Release", by="ana")
    assert "Unclaimed · claim by 10 Mar, 09:25 UTC" in card.words
    assert "released by @ana" in await card.explain()
    await card.click("Claim", by="raj")
    assert "Claimed by @raj" in card.words


async def test_a_card_pressed_twice_answers_in_words(world: World) -> None:
    await world.receive(LOST)
    card = world.channel("#care").card("@marta")
    ana = world.sandbox.get_user("ana")
    await asyncio.gather(ana.click_button(card.message, "Claim"), ana.click_button(card.message, "Claim"))
    await world.finish_listeners()
    assert "Claimed by @ana" in card.words
    assert sorted(world.person("ana").whispers) == sorted([OFFER, "You already have this one."])


async def test_a_second_form_for_a_case_that_was_resolved_meanwhile_says_so(world: World) -> None:
    await world.receive(LOST)
    card = world.channel("#care").card("@marta")
    await card.click("Resolve…", by="ana")
    await card.resolve("fixed", by="mia")
    await world.sandbox.get_user("ana").fill_field("resolution", "answered")
    refused = await world.sandbox.get_user("ana").submit()
    await world.finish_listeners()
    said = "Somebody else resolved this case 1 s before you (fixed). Reopen it first."
    assert refused.errors == {"resolution": said}
    assert "Resolved by @mia · fixed" in card.words


async def test_a_resolved_case_is_reopened_and_claimed_again(world: World) -> None:
    await world.receive(LOST)
    card = world.channel("#care").card("@marta")
    await card.resolve("no action", by="ana")
    await world.advance(hours=1)
    await card.click("Reopen", by="raj")
    assert "Unclaimed · claim by 10 Mar, 10:15 UTC" in card.words
    await card.click("Claim", by="raj")
    assert "Claimed by @raj" in card.words


async def test_somebody_elses_case_is_not_resolved_over_her_head_except_by_a_manager(world: World) -> None:
    await world.receive(LOST)
    card = world.channel("#care").card("@marta")
    await card.click("Claim", by="ana")
    await card.click("Resolve…", by="raj")
    assert world.person("raj").last_whisper == "@ana has this one. Ask @ana or a manager to resolve it."
    assert world.person("raj").form == ""
    await card.resolve("answered", by="mia")
    assert "Resolved by @mia · answered" in card.words
