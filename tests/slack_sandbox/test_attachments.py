"""Blocks with a coloured edge, below the blocks of a message."""

from typing import Any

import pytest
from slack_sdk.errors import SlackApiError

from bot.slack_sandbox.block_kit import check_message
from tests.slack_sandbox.conftest import World
from tests.slack_sandbox.test_interactions import BUTTON, CARD, MENU, plain

TITLE: list[dict[str, Any]] = [{"type": "section", "text": plain("Complaint")}]
BESIDE: dict[str, Any] = {"color": "#D9A21B", "fallback": "lost my bag", "blocks": CARD}


async def test_an_attachment_is_kept_as_slack_keeps_it(world: World) -> None:
    message = await world.post(blocks=TITLE, attachments=[BESIDE])

    [kept] = message.attachments
    assert (kept["id"], kept["color"], kept["fallback"]) == (1, "d9a21b", "lost my bag")
    assert all("block_id" in block for block in kept["blocks"])
    assert message.read_text() == "Complaint\n*A case* <3\nClaim"
    assert list(message.find_buttons()) == ["Claim"]


async def test_a_click_in_an_attachment_says_which_one_it_was(world: World) -> None:
    seen: list[dict[str, Any]] = []

    async def claim(ack: Any, body: dict[str, Any], respond: Any) -> None:
        await ack()
        seen.append(body)
        await respond(text="taken", blocks=TITLE, replace_original=True)

    world.app.action("claim")(claim)
    message = await world.post(blocks=TITLE, attachments=[{"color": "good", "text": "first"}, BESIDE])
    assert (await world.ana.click_button(message, "claim")).ok
    await world.sandbox.wait_until(lambda: message.edited)

    [body] = seen
    assert body["container"]["type"] == "message_attachment"
    assert (body["container"]["attachment_id"], body["container"]["is_app_unfurl"]) == (2, False)
    assert body["message"]["attachments"][1]["blocks"][1]["elements"] == [BUTTON, MENU]
    assert message.attachments == []  # a message that is replaced keeps none


async def test_an_update_keeps_the_attachments_that_it_does_not_name(world: World) -> None:
    message = await world.post(blocks=TITLE, attachments=[BESIDE])
    await world.client.chat_update(channel="C0CARE", ts=message.ts, text="hello", blocks=TITLE)
    assert len(message.attachments) == 1

    await world.client.chat_update(channel="C0CARE", ts=message.ts, text="hello", blocks=TITLE, attachments=[])
    assert message.attachments == []


@pytest.mark.parametrize(
    "attachment",
    [
        {"color": "red", "text": "a"},
        {"color": "#12345", "text": "a"},
        {"colour": "good", "text": "a"},
        {"color": "good"},
        {"color": "good", "text": "a", "fallback": ""},
        {"blocks": []},
        {"blocks": [{"type": "section", "text": {"type": "plain_text", "text": ""}}]},
    ],
)
async def test_an_attachment_that_slack_might_refuse_is_refused_with_its_place(
    world: World, attachment: dict[str, Any]
) -> None:
    with pytest.raises(SlackApiError, match="invalid_attachments") as no:
        await world.post(attachments=[attachment])
    assert "json-pointer:/attachments/0" in str(no.value.response["response_metadata"]["messages"])


def test_ids_are_unique_over_a_whole_message() -> None:
    assert any("doors" in fault for fault in check_message(CARD, [BESIDE]))
    assert check_message([], "no list") != []
