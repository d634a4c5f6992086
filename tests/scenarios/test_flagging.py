"""A flag as a crisis: who may wake people by it, who is asked first, and how often anybody may."""

import asyncio

import pytest

from bot.cards import action_ids
from bot.domain.assessment import Intent
from bot.domain.case import CaseResolution
from bot.domain.erasure import ForgetTarget
from bot.store.forget import MentionEraser
from bot.usecases.cases import CaseView
from bot.usecases.flag_message import FlagRequest
from tests.scenarios.sample_posts import CRISIS, LATE, LOST
from tests.scenarios.slack_views import Card
from tests.scenarios.test_colleagues import SEEN, post_in_channel
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


async def flag_complaint(world: World, text: str = SEEN, by: str = "joe") -> Card:
    """Flag what a colleague has posted in the lobby for care, and return its card."""
    seen = await post_in_channel(world, text)
    await world.person(by).flag_message(seen, department="care", kind="complaint")
    await world.advance(seconds=10)
    return world.channel("#care").cards[-1]


def list_closures(world: World, who: str = "joe") -> list[str]:
    return [dm.words for dm in world.person(who).dms if "What you flagged" in dm.words]


async def test_who_flagged_a_post_is_told_once_what_came_of_it(world: World) -> None:
    card = await flag_complaint(world)
    await card.click("Claim", by="ana")
    await world.advance(minutes=5)
    assert list_closures(world) == []
    await card.resolve("fixed", by="ana")
    await world.advance(minutes=1)
    [told] = list_closures(world)
    assert told.startswith("🏁 What you flagged is resolved (fixed) by @ana: the complaint from")
    assert "View case" in world.person("joe").dm.buttons
    await card.click("Reopen", by="ana")
    await card.resolve("answered", by="raj")
    await world.advance(minutes=1)
    assert list_closures(world) == [told]


async def test_who_resolves_what_they_flagged_is_told_nothing(world: World) -> None:
    card = await flag_complaint(world, by="ana")
    await card.resolve("answered", by="ana")
    await world.advance(minutes=1)
    assert list_closures(world, "ana") == []


async def test_what_is_not_for_us_is_told_too(world: World) -> None:
    card = await flag_complaint(world)
    await card.reroute(by="ana")
    await world.advance(minutes=1)
    [told] = list_closures(world)
    assert "resolved (not about us) by @ana" in told


async def test_who_flagged_a_post_is_told_that_its_case_closed_because_its_author_is_forgotten(world: World) -> None:
    card = await flag_complaint(world)
    name = (await world.local_app.store.cases.get(card.case)).mention.id
    eraser = MentionEraser(world.local_app.store.client, world.local_app.store.keys)
    for _ in range(2):
        await eraser.forget(await eraser.find(ForgetTarget(mention=name)), world.clock.now())
        await world.advance(minutes=1)
    [told] = list_closures(world)
    assert "What you flagged is closed, because the author's data was deleted" in told
    assert SEEN not in told


async def test_a_case_that_is_open_again_before_the_message_could_be_sent_says_so(world: World) -> None:
    card = await flag_complaint(world)
    cases = world.local_app.app.usecases.cases
    case_id = card.case
    await cases.resolve(case_id, "U0ANA", CaseResolution.ANSWERED)
    await cases.reopen(case_id, "U0ANA")
    await world.advance(minutes=1)
    [told] = list_closures(world)
    assert "resolved (answered) by @ana" in told
    assert "It has been reopened since." in told


POST = "https://x.example/marta/77"
LINKED = f"Have you seen this? {POST}?utm_source=share"


async def test_a_flagged_link_that_a_source_has_brought_leads_to_its_case(world: World) -> None:
    await world.receive(LOST, by="marta", url=POST)
    seen = await post_in_channel(world, LINKED)
    await world.person("joe").flag_message(seen, department="pr", kind="complaint")
    told = world.person("joe").last_whisper
    world.channel("#care").card("@marta")
    assert "Earshot already has this, as an unclaimed case in #care." in told
    assert "|View case>." in world.sandbox.get_user("joe").ephemeral_messages[-1].text
    assert "If you mean another post, flag it again without the link." in told
    await world.advance(minutes=1)
    assert not world.channel("#pr").messages


async def test_a_flagged_link_that_joined_a_case_leads_to_that_also_when_it_is_resolved(world: World) -> None:
    await world.receive(LOST, by="marta", conversation="c1")
    await world.receive("and now your line is dead", by="marta", conversation="c1", url=POST)
    await world.advance(minutes=1)
    card = world.channel("#care").card("@marta")
    await card.resolve("answered", by="ana")
    seen = await post_in_channel(world, LINKED)
    await world.person("joe").flag_message(seen, department="pr", kind="complaint")
    assert "as a resolved case in #care." in world.person("joe").last_whisper


async def test_another_post_at_the_same_address_is_flagged_without_the_address(world: World) -> None:
    await world.receive(LOST, by="marta", url=POST)
    seen = await post_in_channel(world, "Their whole page is full of angry people " + POST)
    await world.person("joe").flag_message(seen, department="pr", kind="complaint", has_address=False)
    assert "🙏 Thanks. It's now a case" in world.person("joe").last_whisper


async def test_two_colleagues_who_flag_one_link_open_one_case(world: World) -> None:
    await flag_complaint(world, LINKED)
    seen = await post_in_channel(world, f"did we see that one? {POST}/")
    await world.person("tom").flag_message(seen, department="pr", kind="complaint")
    assert "@joe already flagged this" in world.person("tom").last_whisper
    assert "Earshot tells you what comes of it." in world.person("tom").last_whisper
    [card] = world.channel("#care").cards
    await card.click("Claim", by="ana")
    await card.resolve("answered", by="ana")
    await world.advance(minutes=1)
    for name in ("joe", "tom"):
        assert world.person(name).dm.words.count("🏁 What you flagged is resolved (answered) by @ana") == 1
    assert "flagged by @tom, too" in await card.explain()
    await world.person("tom").flag_message(seen, department="pr", kind="complaint")
    assert "You already flagged this, as a resolved case in #care." in world.person("tom").last_whisper


async def test_two_colleagues_who_flag_one_link_at_the_same_moment_open_one_case(world: World) -> None:
    flags = world.local_app.app.usecases.flags
    asked = [
        FlagRequest(
            channel="C0LOBBY",
            ts=f"{1773133200 + number}.0001",
            words=f"look at that, number {number}: {POST}",
            department="care",
            kind=Intent.COMPLAINT,
            url=POST,
        )
        for number in range(8)
    ]
    done = await asyncio.gather(*(flags.flag_message("U0JOE", one) for one in asked[:4]), return_exceptions=True)
    done += await asyncio.gather(*(flags.flag_message("U0TOM", one) for one in asked[4:]), return_exceptions=True)
    assert [isinstance(one, CaseView) for one in done].count(True) == 1
    assert all("already flagged this" in str(one) for one in done if not isinstance(one, CaseView))


async def test_what_a_source_brings_after_it_was_flagged_joins_and_is_not_a_miss(world: World) -> None:
    card = await flag_complaint(world, LINKED)
    await flag_complaint(world, "They broke the wheel of my brother's bicycle, https://forum.example/t/12")
    assert "Flagged by colleagues: 2 posts. Our sources missed 2 of them." in await report_week(world)
    await world.receive(LOST, by="marta", url=POST)
    assert "1 duplicate" in card.words
    assert len(world.channel("#care").cards) == 2
    assert "Flagged by colleagues: 2 posts. Our sources missed 1 of them." in await report_week(world)
    assert "Flagged by" not in await world.person("mia").type_command("/sentiment today")


async def report_week(world: World) -> str:
    return await world.person("mia").type_command("/sentiment week")


async def test_what_a_source_brings_after_it_was_resolved_reopens_nothing(world: World) -> None:
    card = await flag_complaint(world, LINKED)
    await card.resolve("answered", by="ana")
    await world.receive(LOST, by="marta", url=POST)
    assert "Resolved by @ana" in card.words
    assert "Our sources found all of them." in await report_week(world)
    await world.receive(LATE, by="rui", url=POST)
    await world.advance(seconds=10)
    assert len(world.channel("#care").cards) == 2, "only the first post at an address is the flagged one"
