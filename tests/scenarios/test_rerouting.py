"""What everybody may do without a role: re-route an unclaimed case with a reason, undo it, thank for praise."""

import pytest

from bot.cards import action_ids
from bot.domain.erasure import parse_forget_target
from bot.domain.errors import NotAllowed
from bot.slack_sandbox import DeliveryOutcome
from tests.scenarios.sample_posts import CRISIS, LOST, PRAISE, build_complaint
from tests.scenarios.slack_views import Card
from tests.scenarios.test_forget import find_traces, forget
from tests.scenarios.world import World


async def reroute(world: World, card: Card, by: str, to: str, reason: str) -> DeliveryOutcome:
    await card.click(action_ids.NOT_FOR_US, by)
    person = world.sandbox.get_user(by)
    assert person.modal is not None, f"no form opened; {by} was told: {world.person(by).last_whisper}"
    await person.fill_field(action_ids.DEPARTMENT, to)
    if reason:
        await person.fill_field(action_ids.REASON, reason)
    outcome = await person.submit()
    await world.finish_listeners()
    return outcome


async def test_a_colleague_moves_a_case_with_a_reason_and_takes_it_back(world: World) -> None:
    await world.receive(LOST)
    await reroute(world, world.channel("#care").card("@marta"), "joe", "sales", "This is about a fare")
    assert world.person("joe").last_whisper.startswith("✅ Moved to sales. Thank you.")
    await world.advance(seconds=5)
    assert "Moved to sales by @joe" in world.channel("#care").words
    moved = world.channel("#sales").card("@marta")
    case = await world.local_app.store.cases.get(moved.case)
    assert case.history[-1].detail == "from care to sales, as a colleague: This is about a fare"
    assert case.history[-1].by == "U0JOE"

    await world.person("joe").press_on_whisper("Undo")
    await world.advance(seconds=5)
    assert (await world.local_app.store.cases.get(moved.case)).department == "care"


async def test_a_reason_that_quotes_a_post_goes_with_the_post_and_is_never_in_the_audit_log(world: World) -> None:
    await world.receive(LOST, by="wilhelmina_q")
    await reroute(world, world.channel("#care").card("@wilhelmina_q"), "joe", "sales", "wilhelmina_q wrote to me")
    await world.advance(seconds=5)
    await world.channel("#sales").card("@wilhelmina_q").reroute(by="lea", whose="care")
    store = world.local_app.store
    assert "wrote to me" not in str(await store.client.execute("XRANGE", store.keys.audit, "-", "+"))
    await forget(world, parse_forget_target("@wilhelmina_q"))
    assert await find_traces(world, "wilhelmina_q") == []


async def test_undo_does_not_take_a_case_from_somebody_who_has_claimed_it_since(world: World) -> None:
    await world.receive(LOST)
    await reroute(world, world.channel("#care").card("@marta"), "joe", "sales", "This is about a fare")
    await world.advance(seconds=5)
    await world.channel("#sales").card("@marta").click("Claim", by="lea")
    await world.person("joe").press_on_whisper("Undo")
    assert "Somebody has claimed or moved this case since" in world.person("joe").last_whisper


async def test_without_a_reason_nothing_is_moved_and_nobody_is_no_choice(world: World) -> None:
    await world.receive(LOST)
    card = world.channel("#care").card("@marta")
    refused = await reroute(world, card, "joe", "sales", "")
    assert refused.errors
    await world.sandbox.get_user("joe").close_modal()
    await card.click(action_ids.NOT_FOR_US, "joe")
    modal = world.sandbox.get_user("joe").modal
    assert modal is not None
    assert action_ids.NOBODY not in str(modal.blocks)


async def test_a_claimed_case_and_a_crisis_stay_where_they_are(world: World) -> None:
    await world.receive(LOST)
    await world.receive(CRISIS, by="ola")
    await world.channel("#care").card("@marta").click("Claim", by="ana")
    await world.channel("#care").card("@marta").click(action_ids.NOT_FOR_US, "joe")
    assert world.person("joe").last_whisper == "@ana has this one. Ask them to re-route it."
    await world.channel("#pr").card("@ola").click(action_ids.NOT_FOR_US, "joe")
    assert world.person("joe").last_whisper.startswith("People are being called for this crisis")


async def test_a_colleague_cannot_move_a_case_back_and_forth_so_that_it_is_never_overdue(world: World) -> None:
    await world.receive(LOST)
    await reroute(world, world.channel("#care").card("@marta"), "joe", "sales", "theirs")
    await world.advance(seconds=5)
    await world.channel("#sales").card("@marta").click(action_ids.NOT_FOR_US, "tom")
    assert world.person("tom").last_whisper.startswith("A colleague has re-routed this case before")


async def test_one_colleague_moves_twenty_cases_in_an_hour_and_no_more(world: World) -> None:
    await world.receive_all([world.build_mention(build_complaint(number), by=f"p{number}") for number in range(21)])
    opened = await world.local_app.store.cases.list_open("care", 30)
    colleagues = world.local_app.app.usecases.colleagues
    for case in opened.cases[:20]:
        await colleagues.reroute(case.id, "U0JOE", "sales", "theirs")
    with pytest.raises(NotAllowed, match="You have re-routed 20 cases in the last hour"):
        await colleagues.reroute(opened.cases[20].id, "U0JOE", "sales", "theirs")


async def test_everybody_thanks_for_praise_once_and_nothing_is_said_in_public(world: World) -> None:
    await world.receive(PRAISE)
    await world.receive(build_complaint(1), by="ola")
    card = world.channel("#community").card("@marta")
    await card.click(action_ids.THANK, "joe")
    await card.click(action_ids.THANK, "tom")
    case = await world.local_app.store.cases.get(card.case)
    assert case.thanked_by == ("U0JOE", "U0TOM")
    assert "thanked by @joe, @tom" in world.channel("#community").card("@marta").words
    await card.click(action_ids.THANK, "joe")
    assert world.person("joe").last_whisper == "You have thanked them already."
