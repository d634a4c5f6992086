from typing import Any

import pytest
from slack_sdk.errors import SlackApiError

from tests.slack_sandbox.conftest import World
from tests.slack_sandbox.test_interactions import CARD, plain

HOW: dict[str, Any] = {
    "type": "input",
    "block_id": "how",
    "label": plain("How?"),
    "element": {"type": "plain_text_input", "action_id": "text", "min_length": 3},
}
MODAL: dict[str, Any] = {
    "type": "modal",
    "callback_id": "resolve",
    "private_metadata": "case-1",
    "title": plain("Resolve"),
    "submit": plain("Done"),
    "blocks": [HOW],
}


async def open_modal(world: World, view: dict[str, Any] = MODAL) -> None:
    async def claim(ack: Any, client: Any, body: Any) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=view)

    world.app.action("claim")(claim)
    await world.ana.click_button(await world.post(blocks=CARD), "Claim")
    await world.sandbox.wait_until(lambda: world.ana.modal)


def on_submit(world: World, **answer: Any) -> list[Any]:
    heard: list[Any] = []

    async def resolve(ack: Any, view: Any) -> None:
        heard.append(view["state"]["values"])
        await ack(**answer)

    world.app.view("resolve")(resolve)
    return heard


async def test_a_modal_is_filled_in_and_submitted(world: World) -> None:
    heard = on_submit(world)
    await open_modal(world)
    await world.ana.fill_field("How?", "Refunded")
    outcome = await world.ana.submit()

    assert outcome.ok
    assert heard[0]["how"]["text"]["value"] == "Refunded"
    assert world.ana.modal is None


async def test_the_client_withholds_a_modal_with_mistakes(world: World) -> None:
    heard = on_submit(world)
    await open_modal(world)
    empty = await world.ana.submit()
    await world.ana.fill_field("how", "no")
    short = await world.ana.submit()

    assert set(empty.errors) == set(short.errors) == {"how"}
    assert not empty.sent
    assert heard == []


async def test_the_apps_errors_stand_at_their_field_and_the_modal_stays(world: World) -> None:
    on_submit(world, response_action="errors", errors={"how": "Say more."})
    await open_modal(world)
    await world.ana.fill_field("how", "Refunded")
    outcome = await world.ana.submit()

    assert outcome.errors == {"how": "Say more."}
    assert world.ana.modal is not None


async def test_an_error_at_a_field_that_is_not_there_is_a_fault_of_the_app(world: World) -> None:
    on_submit(world, response_action="errors", errors={"nowhere": "Say more."})
    await open_modal(world)
    await world.ana.fill_field("how", "Refunded")

    assert (await world.ana.submit()).warning == "invalid_response_errors"


async def test_a_submission_may_push_update_and_clear(world: World) -> None:
    await open_modal(world)
    await world.ana.fill_field("how", "Refunded")
    on_submit(world, response_action="push", view=MODAL | {"callback_id": "sure", "title": plain("Sure?")})
    await world.ana.submit()
    pushed = world.ana.modal

    assert pushed is not None
    assert pushed.title == "Sure?"
    await world.ana.close_modal()
    assert world.ana.modal is not None
    assert world.ana.modal.title == "Resolve"


async def test_a_trigger_opens_one_view_within_three_seconds(world: World) -> None:
    triggers = world.sandbox.app.triggers
    used, late = triggers.issue_trigger("U0ANA"), triggers.issue_trigger("U0ANA")
    await world.client.views_open(trigger_id=used, view=MODAL)
    world.clock.pass_(3.1)
    words = []
    for trigger_id in (used, late, "made-up"):
        with pytest.raises(SlackApiError) as refused:
            await world.client.views_open(trigger_id=trigger_id, view=MODAL)
        words.append(refused.value.response["error"])

    assert words == ["exchanged_trigger_id", "expired_trigger_id", "invalid_trigger_id"]


async def test_an_update_with_an_old_hash_conflicts(world: World) -> None:
    await open_modal(world)
    view = world.ana.modal
    assert view is not None
    await world.ana.fill_field("how", "Refunded")
    old = view.hash
    await world.client.views_update(view_id=view.id, hash=old, view=MODAL)
    with pytest.raises(SlackApiError) as refused:
        await world.client.views_update(view_id=view.id, hash=old, view=MODAL)

    assert refused.value.response["error"] == "hash_conflict"
    assert view.values["how"]["text"]["value"] == "Refunded"


async def test_closing_is_told_to_the_app_that_asked_for_it(world: World) -> None:
    heard: list[bool] = []

    async def closed(ack: Any, body: Any) -> None:
        heard.append(body["is_cleared"])
        await ack()

    world.app.view_closed("resolve")(closed)
    await open_modal(world, MODAL | {"notify_on_close": True})
    await world.ana.close_modal()

    assert heard == [False]
    assert world.ana.modal is None


async def test_menus_in_a_modal_are_picked_and_keep_what_was_picked(world: World) -> None:
    options = [{"text": plain(word), "value": word.lower()} for word in ("Refund", "Apology")]
    what = {
        "type": "input",
        "block_id": "what",
        "label": plain("What?"),
        "element": {"type": "multi_static_select", "action_id": "menu", "options": options},
    }
    heard = on_submit(world)
    await open_modal(world, MODAL | {"blocks": [what]})
    await world.ana.fill_field("What?", ["Refund", "apology"])
    await world.ana.submit()

    assert [option["value"] for option in heard[0]["what"]["menu"]["selected_options"]] == ["refund", "apology"]


async def test_the_options_of_an_external_menu_are_asked_of_the_app(world: World) -> None:
    who = {
        "type": "input",
        "block_id": "who",
        "label": plain("Who?"),
        "element": {"type": "external_select", "action_id": "people", "min_query_length": 0},
    }

    async def suggest(ack: Any, payload: Any) -> None:
        await ack(options=[{"text": plain(payload["value"]), "value": "found"}])

    world.app.options("people")(suggest)
    heard = on_submit(world)
    await open_modal(world, MODAL | {"blocks": [who]})
    await world.ana.fill_field("Who?", "raj")
    await world.ana.submit()

    assert heard[0]["who"]["people"]["selected_option"]["value"] == "found"


async def test_a_field_that_dispatches_its_action_tells_the_app_at_once(world: World) -> None:
    heard: list[str] = []

    async def typed(ack: Any, action: Any) -> None:
        heard.append(action["value"])
        await ack()

    world.app.action("text")(typed)
    await open_modal(world, MODAL | {"blocks": [HOW | {"dispatch_action": True}]})
    outcome = await world.ana.fill_field("How?", "Refunded")

    assert outcome is not None
    assert outcome.ok
    assert heard == ["Refunded"]
