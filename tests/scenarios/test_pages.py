"""Four in the morning: a crisis wakes the right person, and goes on until somebody has answered."""

from datetime import timedelta

import pytest

from bot.slack_sandbox import FaultKind, InjectedFault
from bot.slack_sandbox.posting import remove_message
from tests.scenarios.sample_posts import CRISIS, LOST
from tests.scenarios.spike_setup import set_do_not_disturb
from tests.scenarios.world import World

NIGHT = 19
"""Hours from the beginning of a story until four in the morning."""


async def test_the_first_does_not_answer_and_the_second_does_from_the_message(world: World) -> None:
    await world.advance(hours=NIGHT)
    await world.receive(CRISIS)
    card = world.channel("#pr").card("@marta")
    assert "Paging since" in card.words
    assert (
        "🚨 You're on call for pr. Safety crisis: people injured – Northwind Air on X" in world.person("ben").dm.words
    )
    assert not world.person("mia").dms
    await world.advance(minutes=5.1)
    await world.person("mia").dm.click("Acknowledge", by="mia")
    assert "✅ Acknowledged by @mia (5 min). Nobody else is paged." in world.person("mia").dm.words
    assert "Acknowledged by @mia · " in card.words
    assert "@ben via Slack, delivered" in await card.explain()
    before = len(world.sandbox.change_log.list_by_kind("posted"))
    await world.advance(minutes=25)
    assert len(world.person("ben").dms) == 1
    assert len(world.sandbox.change_log.list_by_kind("posted")) == before


async def test_it_goes_round_until_somebody_answers_on_the_card(world: World) -> None:
    await world.receive(CRISIS)
    await world.advance(minutes=24)
    assert [len(world.person(name).dms) for name in ("ben", "mia")] == [1, 1]
    for name in ("ben", "mia"):
        [again] = world.person(name).dm.message.thread
        assert "Still no answer" in again.text
    card = world.channel("#pr").card("@marta")
    assert "round 2: no answer" in card.words
    await card.click("Acknowledge", by="ben")
    assert "Acknowledged by @ben via Slack (24 min)" in await card.explain()
    assert "Acknowledge" not in card.buttons


async def test_who_claims_the_case_has_answered(world: World) -> None:
    await world.receive(CRISIS)
    await world.channel("#pr").card("@marta").click("Claim", by="ben")
    await world.advance(minutes=20)
    card = world.channel("#pr").card("@marta")
    assert "Acknowledged by" not in card.words, "the card says already who has it"
    assert "Acknowledged by @ben by claiming it" in await card.explain()
    assert not world.person("mia").dms


async def test_a_person_who_was_called_sees_who_has_it_and_no_message_has_a_live_button_left(world: World) -> None:
    await world.receive(CRISIS)
    await world.advance(minutes=18)
    await world.person("ben").dm.click("Acknowledge", by="ben")
    await world.advance(seconds=10)
    for name in ("ben", "mia"):
        [dm] = world.person(name).dms
        assert "✅ Acknowledged by @ben (18 min)" in dm.words
        assert "smoke in the cabin" in dm.words
        assert "Acknowledge" not in dm.buttons
    await world.channel("#pr").card("@marta").click("Claim", by="mia")
    await world.advance(seconds=10)
    for name in ("ben", "mia"):
        [dm] = world.person(name).dms
        assert "✅ @mia claimed the case. Page acknowledged by @ben" in dm.words
        assert not {"Acknowledge", "Claim"} & set(dm.buttons)


async def test_when_it_calls_again_the_one_message_can_be_acknowledged_again(world: World) -> None:
    await world.receive(CRISIS)
    await world.person("ben").dm.click("Acknowledge", by="ben")
    await world.advance(minutes=31)
    [dm] = world.person("ben").dms
    assert "Acknowledged earlier, still unclaimed." in dm.fallback_text
    await dm.click("Acknowledge", by="ben")
    await world.advance(seconds=10)
    assert "Acknowledge" not in dm.buttons


async def test_a_message_that_was_deleted_is_sent_again_in_the_next_round(world: World) -> None:
    await world.receive(CRISIS)
    first = world.person("ben").dm.message
    remove_message(world.sandbox.workspace, world.sandbox.workspace.channels[first.channel], first)
    await world.advance(minutes=28)
    assert "Acknowledge" in world.person("ben").dm.buttons


async def test_slack_is_away_while_somebody_acknowledges_and_the_message_says_so_when_it_is_back(world: World) -> None:
    await world.receive(CRISIS)
    page = await world.local_app.store.pages.list_due(world.clock.now() + timedelta(hours=1))
    world.sandbox.faults.add(InjectedFault(FaultKind.DROPPED_BEFORE, methods=["chat.update"], times=3))
    await world.local_app.app.usecases.pages.acknowledge(page[0], "U0BEN", "link")
    await world.advance(minutes=2)
    assert "✅ Acknowledged by @ben" in world.person("ben").dm.words
    assert "Acknowledge" not in world.person("ben").dm.buttons


async def test_somebody_who_was_not_called_and_answers_for_nothing_there_cannot_stop_it(world: World) -> None:
    await world.receive(CRISIS)
    await world.channel("#pr").card("@marta").click("Acknowledge", by="lea")
    assert (
        world.person("lea").last_whisper
        == "You aren't in the pr department. Ask somebody who is to acknowledge this page."
    )
    assert "no answer yet" in world.channel("#pr").card("@marta").words


async def test_an_ordinary_complaint_pages_nobody(world: World) -> None:
    await world.receive(LOST)
    await world.advance(minutes=10)
    assert not world.person("raj").dms
    assert "Paging" not in world.channel("#care").card("@marta").words


async def test_of_somebody_whose_do_not_disturb_is_on_the_next_in_line_is_called_at_once(world: World) -> None:
    world.sandbox.app.scopes = [*world.sandbox.app.scopes, "dnd:read"]
    set_do_not_disturb(world, "ben")
    await world.receive(CRISIS)
    await world.advance(seconds=5)
    assert "You're on call for pr" in world.person("mia").dm.words
    await world.advance(minutes=1)
    assert "@ben via Slack, delivered, but do-not-disturb is on" in await world.channel("#pr").card("@marta").explain()


@pytest.mark.parametrize(
    ("begins", "ends", "held"), [(-1, 1, True), (23, 31, False), (-26, -25, False), (-25, -23, True)]
)
async def test_a_schedule_of_do_not_disturb_counts_on_each_day_and_only_while_it_holds(
    world: World,
    begins: float,
    ends: float,
    held: bool,  # noqa: FBT001
) -> None:
    world.sandbox.app.scopes = [*world.sandbox.app.scopes, "dnd:read"]
    set_do_not_disturb(world, "ben", begins, ends)
    await world.receive(CRISIS)
    await world.advance(seconds=30)
    assert ("do-not-disturb is on" in await world.channel("#pr").card("@marta").explain()) is held
    assert bool(world.person("mia").dms) is held


@pytest.mark.parametrize("granted", [True, False])
async def test_where_only_slack_reaches_a_person_the_next_is_called_sooner_since_nobody_sees_a_snooze(
    world: World,
    granted: bool,  # noqa: FBT001
) -> None:
    if granted:
        world.sandbox.app.scopes = [*world.sandbox.app.scopes, "dnd:read"]
    world.sandbox.workspace.find_user("ben").snoozed_until = world.clock.seconds() + 3600
    await world.receive(CRISIS)
    await world.advance(minutes=2.4)
    assert not world.person("mia").dms
    await world.advance(minutes=0.2)
    assert "You're on call for pr" in world.person("mia").dm.words
    card = await world.channel("#pr").card("@marta").explain()
    assert "@ben via Slack, delivered" in card
    assert "do-not-disturb" not in card


async def test_a_storm_is_one_call_and_who_answers_has_them_all(world: World) -> None:
    for number in range(5):
        await world.receive(f"{CRISIS}, row {number} burns", by=f"person{number}")
    await world.advance(minutes=1)
    assert len(world.person("ben").dms) == 1
    assert "Included in another page" in world.channel("#pr").card("@person3").words
    await world.channel("#pr").card("@person4").click("Acknowledge", by="ben")
    await world.advance(minutes=4)
    shown = [card.words for card in world.channel("#pr").cards]
    assert ["Acknowledged by @ben" in words for words in shown] == [True] * 5
    assert not world.person("mia").dms


async def test_a_crisis_long_after_the_first_was_answered_calls_again(world: World) -> None:
    await world.receive(CRISIS)
    await world.person("ben").dm.click("Acknowledge", by="ben")
    await world.advance(minutes=11)
    await world.receive(f"{CRISIS}, and now the other wing", by="pedro")
    await world.advance(seconds=5)
    assert len(world.person("ben").dms) == 2


async def test_a_message_whose_answer_was_lost_is_sent_again_and_the_person_who_presses_either_has_the_page(
    world: World,
) -> None:
    world.sandbox.faults.add(InjectedFault(FaultKind.DROPPED_AFTER, methods=["chat.postMessage"], channels=["D0BEN"]))
    await world.receive(CRISIS)
    await world.advance(seconds=10)
    assert world.person("mia").dms, "the answer was lost, so the next person is called at once"
    await world.advance(minutes=24)
    lost, second = world.person("ben").dms
    assert "Acknowledge" in second.buttons
    await lost.click("Acknowledge", by="ben")
    await world.advance(seconds=10)
    for dm in (lost, second, world.person("mia").dm):
        assert "✅ Acknowledged by @ben" in dm.words
        assert "Acknowledge" not in dm.buttons
