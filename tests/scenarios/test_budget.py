"""What a person can live with: how many messages come while nobody claims anything."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.cards.action_ids import ROLL_UP_CLAIM
from tests.clock import SteppedClock
from tests.scenarios.sample_posts import CRISIS, LATE, LOST, build_complaint
from tests.scenarios.test_days import DEMO
from tests.scenarios.test_storms import claimable
from tests.scenarios.world import World, open_world

PEOPLE = ("ana", "raj", "mia", "ben", "lea", "tom")
CHANNELS = ("#care", "#pr", "#sales", "#research", "#community", "#ops")
MESSAGES, BESIDE = 3, 4


@pytest.fixture
async def unattended(redis_url: str, brand: str, tmp_path: Path, clock: SteppedClock) -> AsyncIterator[World]:
    """The demo's playbook, with somebody who watches for spikes and over Earshot itself."""
    async with open_world(redis_url, brand, tmp_path, clock, DEMO / "playbook.toml") as world:
        world.detects_spikes = world.monitors_health = True
        yield world
        await world.check_invariants()


def count_direct_messages(world: World) -> dict[str, int]:
    return {name: len(world.person(name).dms) for name in PEOPLE}


def count_beside_cards(world: World) -> dict[str, int]:
    return {name: len(world.channel(name).reminders) for name in CHANNELS}


@pytest.mark.parametrize("size", [5, 15, 30, 60, 300, 2_000])
async def test_however_many_complaints_nobody_claims_in_half_an_hour_a_person_gets_three_messages_at_most(
    unattended: World, size: int
) -> None:
    reach = (120, 250_000)
    posts = [
        unattended.build_mention(build_complaint(number), by=f"p{number}", followers=reach[number % 2])
        for number in range(size)
    ]
    await unattended.receive_all(posts)
    await unattended.advance(minutes=30)
    assert max(count_direct_messages(unattended).values()) <= MESSAGES
    assert max(count_beside_cards(unattended).values()) <= BESIDE
    assert any("unclaimed in #care, oldest" in dm.words for dm in unattended.person("raj").dms)


async def test_sixty_crises_at_once_are_one_message_for_a_page_and_a_short_ping_each_round(unattended: World) -> None:
    await unattended.receive_all(
        [unattended.build_mention(f"{CRISIS}, row {number}", by=f"p{number}") for number in range(60)]
    )
    await unattended.advance(minutes=30)
    for name in ("ben", "mia"):
        [page] = [dm for dm in unattended.person(name).dms if "crisis" in dm.words]
        assert 1 <= len(page.replies) <= 3
        assert len(unattended.person(name).dms) <= MESSAGES


async def test_what_calls_nobody_is_in_one_message_the_next_morning_and_again_on_the_next(world: World) -> None:
    world.pages_from("critical")
    await world.receive(LOST)
    await world.receive(LATE, by="rui")
    await world.advance(hours=20, minutes=59)
    assert count_direct_messages(world) == dict.fromkeys(PEOPLE, 0)
    await world.advance(minutes=2)
    [dm] = world.person("raj").dms
    assert dm.words.startswith("📟 2 unclaimed in #care, oldest since 10 Mar, 09:00 UTC. You're on call.")
    assert not world.person("mia").dms
    await world.advance(days=1)
    old, new = world.person("raj").dms
    assert old.words.startswith("↪️ This list is closed.")
    assert "2 unclaimed in #care" in new.words


async def test_the_list_behind_the_message_is_claimed_from_until_nothing_is_left(world: World) -> None:
    await world.receive(LOST)
    await world.receive(LATE, by="rui")
    await world.advance(minutes=21)
    [dm] = world.person("raj").dms
    await dm.click("View list", by="raj")
    assert "2 unclaimed in #care" in world.person("raj").form
    for left in (1, 0):
        modal = world.sandbox.get_user("raj").modal
        assert modal is not None
        case = next(button["value"] for _, button in modal.iter_elements() if button["action_id"] == ROLL_UP_CLAIM)
        await world.sandbox.get_user("raj").click_button(modal, ROLL_UP_CLAIM, value=case)
        await world.finish_listeners()
        assert (f"{left} unclaimed" if left else "All claimed") in world.person("raj").form
    await world.advance(seconds=15)
    assert "@raj claimed the complaint from" in dm.words
    assert [card.words.count("Claimed by @raj") for card in world.channel("#care").cards] == [1, 1]


async def test_what_is_claimed_on_a_list_leaves_the_message_to_those_who_were_called(world: World) -> None:
    await world.receive_all([world.build_mention(build_complaint(number), by=f"p{number}") for number in range(60)])
    await world.advance(minutes=22)
    digest = world.channel("#care").digests[0]
    await digest.click("Claim", by="ana", case=claimable(digest)[0])
    await world.advance(seconds=30)
    assert "59 unclaimed in #care" in world.person("raj").dm.words
