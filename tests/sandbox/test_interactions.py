from typing import Any

from tests.sandbox.conftest import World

BUTTON = {"type": "button", "action_id": "claim", "value": "case-1", "text": {"type": "plain_text", "text": "Claim"}}
CARD = [
    {"type": "section", "text": {"type": "mrkdwn", "text": "*A case* &lt;3"}},
    {"type": "actions", "block_id": "doors", "elements": [BUTTON]},
]
MODAL = {
    "type": "modal",
    "callback_id": "resolve",
    "title": {"type": "plain_text", "text": "Resolve"},
    "submit": {"type": "plain_text", "text": "Done"},
    "blocks": [
        {
            "type": "input",
            "block_id": "how",
            "label": {"type": "plain_text", "text": "How?"},
            "element": {"type": "plain_text_input", "action_id": "text", "min_length": 3},
        }
    ],
}


def answer_clicks_with(world: World, **answer: Any) -> None:
    async def claim(ack: Any, respond: Any) -> None:
        await ack()
        await respond(**answer)

    world.app.action("claim")(claim)


def open_on_click(world: World, view: dict[str, Any] = MODAL) -> None:
    async def claim(ack: Any, client: Any, body: Any) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=view)

    world.app.action("claim")(claim)


async def test_a_click_is_acked_and_the_card_is_redrawn_through_its_response_url(world: World) -> None:
    answer_clicks_with(world, text="taken", replace_original=True)
    message = await world.post(blocks=CARD)
    result = await world.ana.click(message, "claim")
    await world.sandbox.until(lambda: message.edited)

    assert result.ok
    assert result.status == 200
    assert message.words() == "taken"
