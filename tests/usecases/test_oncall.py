"""Who is on call, and what people change about it among themselves. Raj has `nights` until ten, then Ana for a day."""

from datetime import timedelta

import pytest

from bot.cards.block_kit import RenderedMessage
from bot.domain.commits import NotAllowed
from bot.domain.oncall.overrides import ScheduleOverrides
from tests.store.unreadable_records import make_unreadable
from tests.usecases.harness import ANA, JOE, MIA, OLA, RAJ, UseCaseHarness
from tests.usecases.race import Race


async def on_call(harness: UseCaseHarness, department: str = "ops") -> tuple[str, ...]:
    return (await harness.app.on_call_lookup.find_on_call(department, harness.clock.now())).people


async def changes_of(harness: UseCaseHarness) -> ScheduleOverrides:
    return (await harness.store.overrides.load(["nights"]))["nights"]


def value_of(said: RenderedMessage) -> str:
    """What the button in this message carries."""
    [value] = [element["value"] for block in said.blocks for element in block.get("elements", []) if "value" in element]
    return str(value)


async def request_of(harness: UseCaseHarness) -> str:
    """What the buttons of the newest request carry."""
    return f"nights/{(await changes_of(harness)).pleas[-1].id}"


async def test_everybody_is_shown_who_is_on_call_now_and_next_in_every_department(harness: UseCaseHarness) -> None:
    said = (await harness.usecases.oncall.show_on_call(JOE, "")).text.splitlines()

    assert said[0] == "*care*: <@U0RAJ>, then <@U0MIA>, in the playbook's order."
    assert said[2].startswith("*ops* (nights): <@U0RAJ> until <!date^")
    assert said[2].endswith("Next: <@U0ANA>.")
    assert said[3] == "*sales*: nobody is on call. The playbook lists no one."


@pytest.mark.parametrize("words", ["ops", " NIGHTS "])
async def test_a_department_is_shown_alone_by_its_name_or_its_schedules(words: str, harness: UseCaseHarness) -> None:
    said = (await harness.usecases.oncall.show_on_call(JOE, words)).text
    assert said.startswith("*ops*")
    assert "care" not in said


async def test_a_department_that_is_none_is_refused_with_those_that_there_are(harness: UseCaseHarness) -> None:
    with pytest.raises(NotAllowed, match="Departments: care, pr, ops, sales"):
        await harness.usecases.oncall.show_on_call(JOE, "cafe")


@pytest.mark.parametrize(
    ("zone", "shown"), [("Europe/Berlin", "Europe/Berlin, now 10:00"), ("Mars/Base", "Europe/Lisbon")]
)
async def test_times_are_read_in_ones_own_zone_or_in_the_brands_where_slack_does_not_say_one(
    zone: str, shown: str, harness: UseCaseHarness
) -> None:
    harness.slack.people[JOE] = ("Joe", zone)
    assert shown in str((await harness.usecases.oncall.show_on_call(JOE, "")).blocks)


async def test_who_takes_it_is_on_call_and_the_one_who_had_it_is_told(harness: UseCaseHarness) -> None:
    said = await harness.usecases.oncall.take_shift(OLA, "until 09:30")

    assert said.text == "✅ You have *nights* from now until Tue 10 Mar 09:30 (30 min), instead of <@U0RAJ>."
    assert await on_call(harness) == (OLA,)
    [change] = (await changes_of(harness)).overrides
    assert await harness.list_pending() == [f"shift nights/{change.id} 0 @U0RAJ"]
    harness.clock.advance(minutes=30)
    assert await on_call(harness) == (RAJ,)


async def test_what_was_taken_is_taken_back_once(harness: UseCaseHarness) -> None:
    button = value_of(await harness.usecases.oncall.take_shift(OLA, "until 09:30"))
    harness.clock.advance(minutes=1)
    said = await harness.usecases.oncall.undo_change(RAJ, button)

    assert said.text.startswith("↩️ Taken back: <@U0OLA> has *nights*")
    assert await on_call(harness) == (RAJ,)
    with pytest.raises(NotAllowed, match="<@U0RAJ> already took this back"):
        await harness.usecases.oncall.undo_change(OLA, button)


async def test_a_change_is_taken_back_by_whom_it_concerns_or_a_manager_while_it_lasts(harness: UseCaseHarness) -> None:
    button = value_of(await harness.usecases.oncall.take_shift(OLA, "until 09:30"))
    with pytest.raises(NotAllowed, match="Ask <@U0OLA> or a manager to take it back"):
        await harness.usecases.oncall.undo_change(ANA, button)
    harness.clock.advance(minutes=30)
    with pytest.raises(NotAllowed, match="This change is in the past, so there is nothing to take back"):
        await harness.usecases.oncall.undo_change(MIA, button)


async def test_who_has_it_already_takes_nothing(harness: UseCaseHarness) -> None:
    with pytest.raises(NotAllowed, match=r"You're already on call for nights then\. Nothing changed"):
        await harness.usecases.oncall.take_shift(RAJ, "until 09:30")
    assert (await changes_of(harness)).version == 0


async def test_of_two_who_take_it_at_once_one_has_it_and_the_other_is_told_who(
    harness: UseCaseHarness, race: Race
) -> None:
    won = await race.run(*(race.usecases.oncall.take_shift(by, "until 09:30") for by in (OLA, ANA)))

    [has_it] = await on_call(harness)
    [told] = won.told
    assert told.startswith(f"<@{has_it}> has this one, 1 s before you")
    assert (has_it in {OLA, ANA}, (await changes_of(harness)).version) == (True, 1)


async def test_a_time_that_cannot_be_understood_is_refused_with_an_example(harness: UseCaseHarness) -> None:
    with pytest.raises(NotAllowed, match="doesn't understand the time in “soon”"):
        await harness.usecases.oncall.take_shift(OLA, "until soon")
    with pytest.raises(NotAllowed, match="is longer than 31 days"):
        await harness.usecases.oncall.take_shift(OLA, "for 32d")


async def test_a_swap_changes_nothing_before_the_other_accepts(harness: UseCaseHarness) -> None:
    said = await harness.usecases.oncall.swap_shifts(RAJ, "<@U0ANA>")
    request = await request_of(harness)

    assert said.text.startswith("🙏 Asked <@U0ANA> to take *nights* from Tue 10 Mar 09:00")
    assert await harness.list_pending() == [f"request {request} 0 @U0ANA"]
    assert (await changes_of(harness)).overrides == ()
    harness.clock.advance(minutes=20)
    await harness.usecases.oncall.accept_request(ANA, request)
    assert await on_call(harness) == (ANA,)
    harness.clock.advance(hours=1)
    assert await on_call(harness) == (RAJ,)


async def test_a_request_is_answered_once_and_by_whom_it_asks(harness: UseCaseHarness) -> None:
    await harness.usecases.oncall.swap_shifts(RAJ, "<@U0ANA>")
    request = await request_of(harness)
    for answer in (harness.usecases.oncall.accept_request, harness.usecases.oncall.decline_request):
        with pytest.raises(NotAllowed, match=r"<@U0RAJ> asked <@U0ANA>\. Only they can answer"):
            await answer(OLA, request)
    said = await harness.usecases.oncall.decline_request(ANA, request)

    assert said.text.startswith("You declined. <@U0RAJ> keeps *nights*")
    assert f"outcome {request} 0 @U0RAJ" in await harness.list_pending()
    with pytest.raises(NotAllowed, match="You already declined this"):
        await harness.usecases.oncall.accept_request(ANA, request)
    assert await on_call(harness) == (RAJ,)


async def test_of_accept_and_decline_pressed_at_once_one_counts(harness: UseCaseHarness, race: Race) -> None:
    await harness.usecases.oncall.swap_shifts(RAJ, "<@U0ANA>")
    request = await request_of(harness)
    won = await race.run(
        race.usecases.oncall.accept_request(ANA, request), race.usecases.oncall.decline_request(ANA, request)
    )

    kept = await changes_of(harness)
    outcome = kept.pleas[-1].outcome
    assert outcome is not None
    assert won.told == (f"You already {outcome.value} this.",)
    assert len(kept.overrides) == (2 if outcome.value == "accepted" else 0)


async def test_who_asks_twice_sends_one_request(harness: UseCaseHarness) -> None:
    await harness.usecases.oncall.swap_shifts(RAJ, "<@U0ANA>")
    harness.clock.advance(minutes=1)
    with pytest.raises(NotAllowed, match=r"You already asked <@U0ANA>\. There is no answer yet"):
        await harness.usecases.oncall.swap_shifts(RAJ, "<@U0ANA>")
    assert len((await changes_of(harness)).pleas) == 1


async def test_a_request_that_nobody_answered_in_time_has_expired(harness: UseCaseHarness) -> None:
    await harness.usecases.oncall.swap_shifts(RAJ, "<@U0ANA>")
    request = await request_of(harness)
    harness.clock.advance(hours=1)
    with pytest.raises(NotAllowed, match="This request has expired, and <@U0RAJ> kept the shift"):
        await harness.usecases.oncall.accept_request(ANA, request)


async def test_a_swap_names_somebody_who_may_have_it(harness: UseCaseHarness) -> None:
    with pytest.raises(NotAllowed, match="Type it like `/oncall swap @ben`"):
        await harness.usecases.oncall.swap_shifts(RAJ, "")
    with pytest.raises(NotAllowed, match="You can't swap with yourself"):
        await harness.usecases.oncall.swap_shifts(RAJ, "<@U0RAJ>")
    with pytest.raises(NotAllowed, match="<@U0JOE> isn't in the schedule nights or a deputy of its department"):
        await harness.usecases.oncall.swap_shifts(RAJ, "<@U0JOE>")
    with pytest.raises(NotAllowed, match="<@U0OLA> has no shift in nights in the next 60 days"):
        await harness.usecases.oncall.swap_shifts(RAJ, "<@U0OLA>")


async def test_a_swap_may_name_the_day_of_the_shift(harness: UseCaseHarness) -> None:
    said = await harness.usecases.oncall.swap_shifts(ANA, "Thu with <@U0RAJ>")
    assert "to take *nights* from Thu 12 Mar 10:00 until Fri 13 Mar 10:00" in said.text


async def test_one_person_is_asked_to_cover_until_a_time(harness: UseCaseHarness) -> None:
    await harness.usecases.oncall.cover_shift(RAJ, "me by <@U0OLA> until 09:40")
    assert await on_call(harness) == (RAJ,)
    harness.clock.advance(minutes=1)
    await harness.usecases.oncall.accept_request(OLA, await request_of(harness))
    assert await on_call(harness) == (OLA,)
    with pytest.raises(NotAllowed, match="<@U0JOE> isn't in the schedule nights"):
        await harness.usecases.oncall.cover_shift(RAJ, "me by <@U0JOE> until 09:40")


async def test_who_covers_somebody_by_name_has_it_at_once(harness: UseCaseHarness) -> None:
    said = await harness.usecases.oncall.cover_shift(OLA, "<@U0RAJ> for 20m")
    assert said.text.startswith("✅ You have *nights* from now until Tue 10 Mar 09:20")
    assert await on_call(harness) == (OLA,)
    with pytest.raises(NotAllowed, match="<@U0TOM> has no shift in nights in the next 60 days"):
        await harness.usecases.oncall.cover_shift(ANA, "<@U0TOM>")


async def test_who_asks_everybody_keeps_it_until_somebody_presses_first(harness: UseCaseHarness) -> None:
    said = await harness.usecases.oncall.cover_shift(RAJ, "me until 09:40")
    plea = await request_of(harness)

    assert said.text.startswith("🙏 Asked in <#C0OPS> who can cover *nights*")
    assert any(name.startswith(f"plea {plea} ") and name.endswith(" ops") for name in await harness.list_pending())
    assert await on_call(harness) == (RAJ,)
    harness.clock.advance(minutes=5)
    covered = await harness.usecases.oncall.answer_cover_request(OLA, plea)
    assert covered.text.startswith("✅ <@U0OLA> covers *nights* for <@U0RAJ>")
    assert await on_call(harness) == (OLA,)
    with pytest.raises(NotAllowed, match="<@U0OLA> covers this one, 1 s before you"):
        await harness.usecases.oncall.answer_cover_request(ANA, plea)


async def test_of_two_who_cover_at_once_the_second_is_told_who_was_first(harness: UseCaseHarness, race: Race) -> None:
    await harness.usecases.oncall.cover_shift(RAJ, "me until 09:40")
    plea = await request_of(harness)
    won = await race.run(*(race.usecases.oncall.answer_cover_request(by, plea) for by in (OLA, ANA)))

    [has_it] = await on_call(harness)
    assert won.told == (f"<@{has_it}> covers this one, 1 s before you. Thanks anyway.",)


async def test_nobody_covers_their_own_shift_or_what_is_nobodys(harness: UseCaseHarness) -> None:
    await harness.usecases.oncall.cover_shift(RAJ, "me until 09:40")
    with pytest.raises(NotAllowed, match="Somebody else has to press the button"):
        await harness.usecases.oncall.answer_cover_request(RAJ, await request_of(harness))
    with pytest.raises(NotAllowed, match="There is nothing to cover"):
        await harness.usecases.oncall.answer_cover_request(OLA, "nights/gone")
    with pytest.raises(NotAllowed, match="You aren't on call for nights then"):
        await harness.usecases.oncall.cover_shift(ANA, "me until 09:40")


async def test_a_schedule_of_no_department_has_no_channel_to_ask_in(harness: UseCaseHarness) -> None:
    harness.replace_in_playbook('["nights"]', '["U0OLA"]')
    with pytest.raises(NotAllowed, match="nights has no department, so there is no channel to ask in"):
        await harness.usecases.oncall.cover_shift(RAJ, "nights me until 09:40")


@pytest.fixture
def office_hours(harness: UseCaseHarness) -> UseCaseHarness:
    """The schedule has nobody from noon to two in the afternoon."""
    harness.replace_in_playbook('hand_over = "10:00"', 'hand_over = "10:00"\nhours = "Mon-Sun 14:00-12:00"')
    return harness


async def test_who_fills_a_gap_has_what_is_left_of_it(office_hours: UseCaseHarness) -> None:
    noon = office_hours.clock.now() + timedelta(hours=3)
    button = f"nights/{int(noon.timestamp())}"
    office_hours.clock.advance(hours=4)
    assert await on_call(office_hours) == (MIA,)
    await office_hours.usecases.oncall.fill_gap(OLA, button)

    assert await on_call(office_hours) == (OLA,)
    [made] = (await changes_of(office_hours)).overrides
    assert (made.start, made.end) == (noon + timedelta(hours=1), noon + timedelta(hours=2))
    with pytest.raises(NotAllowed, match="<@U0OLA> is already on call then"):
        await office_hours.usecases.oncall.fill_gap(ANA, button)


async def test_a_schedule_that_the_playbook_has_lost_is_changed_by_no_button(harness: UseCaseHarness) -> None:
    button = value_of(await harness.usecases.oncall.take_shift(OLA, "until 09:30"))
    harness.edit_playbook(nights="days")
    oncall = harness.usecases.oncall
    for press in (
        oncall.undo_change,
        oncall.accept_request,
        oncall.decline_request,
        oncall.answer_cover_request,
        oncall.fill_gap,
    ):
        with pytest.raises(NotAllowed, match="This schedule is no longer in the playbook"):
            await press(OLA, button)


async def test_who_may_not_change_a_schedule_presses_its_buttons_in_vain(harness: UseCaseHarness) -> None:
    await harness.usecases.oncall.cover_shift(RAJ, "me until 09:40")
    with pytest.raises(NotAllowed, match="You aren't in the schedule nights or a deputy of its department"):
        await harness.usecases.oncall.answer_cover_request(JOE, await request_of(harness))


async def test_changes_of_a_newer_release_are_left_alone_and_the_playbooks_turns_hold(harness: UseCaseHarness) -> None:
    await harness.usecases.oncall.take_shift(OLA, "until 09:30")
    spoilt = await make_unreadable(harness.store, harness.store.keys.schedule_key("nights"), overrides=7)

    assert await on_call(harness) == (RAJ,)
    with pytest.raises(NotAllowed, match="This schedule was written by a newer release"):
        await harness.usecases.oncall.take_shift(ANA, "until 09:30")
    assert await harness.store.client.execute("HGET", harness.store.keys.schedule_key("nights"), "body") == spoilt
