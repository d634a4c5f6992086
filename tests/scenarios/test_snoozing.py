"""A case that can wait: an hour, until tomorrow morning, until its author writes again."""

from bot.cards import action_ids
from bot.domain.cases.snooze_transitions import SnoozeChoice
from tests.scenarios.sample_posts import CRISIS, LOST
from tests.scenarios.slack_views import Card
from tests.scenarios.world import World


async def snooze(world: World, card: Card, choice: SnoozeChoice, by: str = "ana") -> None:
    person = world.sandbox.get_user(by)
    await card.click("Snooze…", by=by)
    assert person.modal is not None, world.person(by).last_whisper
    await person.fill_field(action_ids.UNTIL, choice)
    await person.submit()
    await world.finish_listeners()


async def test_a_case_snoozed_for_an_hour_reminds_nobody_and_then_its_deadline_starts_again(world: World) -> None:
    await world.receive(LOST)
    card = world.channel("#care").card("@marta")
    await snooze(world, card, SnoozeChoice.HOUR)
    assert "Snoozed until 10 Mar, 10:00 UTC by @ana" in card.words
    await world.advance(minutes=59)
    assert len(world.channel("#care").messages) == 1
    assert not world.person("raj").dms
    assert "Snoozed" in card.words
    await world.advance(minutes=2)
    assert "Snoozed" not in card.words
    assert "10:15" in card.words
    await world.advance(minutes=15)
    assert "snooze ended" in str((await world.local_app.store.cases.get(card.case)).history)
    assert (await world.local_app.store.cases.get(card.case)).rung == 1


async def test_a_case_snoozed_until_tomorrow_wakes_at_nine_of_its_department(world: World) -> None:
    await world.receive(LOST)
    card = world.channel("#care").card("@marta")
    await snooze(world, card, SnoozeChoice.MORNING)
    assert "Snoozed until 11 Mar, 09:00 UTC by @ana" in card.words
    await world.advance(hours=23, minutes=58)
    assert "Snoozed" in card.words
    assert not world.person("raj").dms
    await world.advance(minutes=3)
    assert "Snoozed" not in card.words


async def test_a_case_that_waits_for_its_author_wakes_when_they_write_again(world: World) -> None:
    first = await world.receive(LOST)
    card = world.channel("#care").card("@marta")
    await card.click("Claim", by="ana")
    await snooze(world, card, SnoozeChoice.REPLY)
    assert "Snoozed by @ana until they write again" in card.words
    await world.advance(hours=5)
    assert "Snoozed" in card.words
    await world.receive("@northwindair still nothing, what is this?", conversation=first.conversation)
    await world.advance(seconds=30)
    assert "Snoozed" not in card.words
    assert "marta" in world.person("ana").dm.words


async def test_a_snoozed_case_can_be_woken_and_claimed_by_another(world: World) -> None:
    await world.receive(LOST)
    card = world.channel("#care").card("@marta")
    await snooze(world, card, SnoozeChoice.HOUR)
    await card.click("Wake now", by="raj")
    assert "Snoozed" not in card.words
    await snooze(world, card, SnoozeChoice.HOUR)
    await card.click("Claim", by="raj")
    assert "Snoozed" not in card.words
    assert "@raj" in card.words


async def test_who_may_not_answer_may_not_snooze_and_a_crisis_never_sleeps(world: World) -> None:
    await world.receive(LOST)
    card = world.channel("#care").card("@marta")
    await card.click(action_ids.SNOOZE, by="joe")
    assert "care" in world.person("joe").last_whisper
    await world.receive(CRISIS, by="eva")
    alarm = world.channel("#pr").card("@eva")
    assert "Snooze…" not in alarm.buttons
