"""What is hard to assess: the snarky, the sarcastic, the foreign and the spam; and what the cards say of it."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.cards import action_ids
from tests.clock import SteppedClock
from tests.scenarios.sample_posts import BLOG, LOST, RIVAL, SARCASM, SNARKY, SPANISH, WRY
from tests.scenarios.world import World, open_world

PLAYBOOK = Path(__file__).with_name("hearing.toml")


@pytest.fixture
async def world(redis_url: str, brand: str, tmp_path: Path, clock: SteppedClock) -> AsyncIterator[World]:
    """The airline with a lane for what is unsure, and one by language."""
    async with open_world(redis_url, brand, tmp_path, clock, PLAYBOOK) as made:
        yield made
        await made.check_invariants()


async def test_a_snarky_untagged_misspelt_complaint_reaches_care_and_its_card_says_why(world: World) -> None:
    await world.receive(SNARKY)
    card = world.channel("#care").card("@marta")
    assert card.fallback_text.startswith("Complaint from @marta: unclaimed")
    said = await card.explain()
    assert "Reads as negative (" in said
    assert "'nortwind" in said
    assert "'worst'" in said


async def test_sarcasm_is_unsure_somebody_looks_and_nobody_is_called(world: World) -> None:
    await world.receive(SARCASM)
    card = world.channel("#care").card("@marta")
    assert "unclear" in card.fallback_text
    await world.advance(hours=12)
    assert not world.channel("#care").thread_replies
    assert not [name for name in ("raj", "mia", "ana") if world.person(name).dms]
    await card.correct("Change sentiment…", "negative", by="ana")
    assert "Corrected by @ana: negative, not unsure" in await card.explain()


async def test_a_complaint_of_which_we_are_unsure_lies_in_the_channel_until_somebody_says_how_it_feels(
    world: World,
) -> None:
    await world.receive(WRY)
    card = world.channel("#care").card("@marta")
    assert card.fallback_text.startswith("Complaint · unclear from @marta: unclaimed")
    await world.advance(hours=12)
    assert [name for name in ("raj", "mia", "ana") if world.person(name).dms] == []
    [reminder] = card.replies
    assert "On-call" not in reminder.words
    await card.correct("Change sentiment…", "negative", by="ana")
    await world.advance(minutes=6)
    assert "Unclaimed since" in world.person("raj").dms[-1].words


async def test_a_competitors_unhappy_customer_goes_to_sales(world: World) -> None:
    await world.receive(RIVAL)
    assert "Skylark Airways" in world.channel("#sales").card("@marta").words
    assert not world.channel("#care").cards


async def test_a_spanish_complaint_is_marked_and_goes_where_the_playbook_sends_its_language(world: World) -> None:
    await world.receive(SPANISH)
    assert "· Spanish" in world.channel("#community").card("@marta").words


async def test_blog_spam_is_counted_listed_and_brought_back_once(world: World) -> None:
    await world.receive(BLOG, by="zed")
    assert not world.sandbox.change_log.list_by_kind("posted")
    assert "1 spam" in await world.person("mia").type_command("/sentiment today")
    told = await world.person("joe").type_command("/sentiment spam")
    assert "1 post marked as spam lately" in told
    assert f"@zed on X, 10 Mar, 09:00 WET: {BLOG}" in told
    assert "→ spam: " in told
    await world.person("joe").press_on_whisper("Not spam")
    assert "No rule in the playbook sends this post to a department." in world.person("joe").form
    joe = world.sandbox.get_user("joe")
    await joe.fill_field(action_ids.DEPARTMENT, "care")
    await joe.submit()
    await world.finish_listeners()
    card = world.channel("#care").card("@zed")
    assert "brought back by @joe, from spam, for care" in await card.explain()
    assert "Corrected by @joe: not spam" in await card.explain()
    account = await world.reconcile()
    assert (account.spam, account.opened, account.seen) == (0, 1, 1)
    assert "No spam lately." in await world.person("mia").type_command("/sentiment spam")
    assert "spam" not in await world.person("mia").type_command("/sentiment today")


async def test_of_two_who_bring_the_same_back_the_second_is_told_where_it_is(world: World) -> None:
    text = (
        f"{LOST}, click here https://a.example https://b.example https://c.example to win a free prize, work from home"
    )
    await world.receive(text, by="zed")
    for name in ("joe", "mia"):
        assert "1 post marked as spam" in await world.person(name).type_command("/sentiment spam")
    people = [world.sandbox.get_user(name) for name in ("joe", "mia")]
    await asyncio.gather(*(one.click_button(one.ephemeral_messages[-1], "Not spam") for one in people))
    await world.finish_listeners()
    world.channel("#care").card("@zed")
    told = [whisper for name in ("joe", "mia") for whisper in world.person(name).whispers]
    assert len([one for one in told if "Thanks" in one]) == 1
    assert len([one for one in told if "already" in one or "no longer in the spam list" in one]) == 1
    assert (await world.reconcile()).opened == 1


async def test_the_report_leads_to_the_spam(world: World) -> None:
    await world.receive(BLOG, by="zed")
    await world.person("mia").type_command("/sentiment today")
    await world.person("mia").press_on_whisper("View spam")
    assert "1 post marked as spam lately" in world.person("mia").last_whisper


async def test_hostile_spam_is_listed_as_plain_text(world: World) -> None:
    await world.receive(f"{BLOG} <!channel> *bold* <https://evil.example|click>", by="zed")
    await world.person("mia").type_command("/sentiment spam")
    [message] = world.sandbox.get_user("mia").ephemeral_messages
    assert "<!channel> *bold* <https://evil.example|click>" in message.read_text()
    assert not [ping for ping in world.sandbox.workspace.pings if ping.target == "channel"]
