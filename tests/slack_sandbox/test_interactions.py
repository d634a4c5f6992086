from typing import Any

import pytest

from bot.slack_sandbox import ClientRefusedError
from tests.slack_sandbox.conftest import World


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


BUTTON: dict[str, Any] = {"type": "button", "action_id": "claim", "value": "case-1", "text": plain("Claim")}
MENU: dict[str, Any] = {
    "type": "overflow",
    "action_id": "more",
    "options": [{"text": plain("Hand over"), "value": "hand"}],
}
CARD: list[dict[str, Any]] = [
    {"type": "section", "text": {"type": "mrkdwn", "text": "*A case* &lt;3"}},
    {"type": "actions", "block_id": "doors", "elements": [BUTTON, MENU]},
]


def on_click(world: World, answers: list[dict[str, Any]]) -> None:
    async def claim(ack: Any, respond: Any) -> None:
        await ack()
        for answer in answers:
            await respond(**answer)

    world.app.action("claim")(claim)


async def test_a_click_is_acked_and_the_card_is_redrawn_through_its_response_url(world: World) -> None:
    on_click(world, [{"text": "taken", "replace_original": True}])
    message = await world.post(blocks=CARD)
    result = await world.ana.click_button(message, "claim")
    await world.sandbox.wait_until(lambda: message.edited)

    assert result.ok
    assert result.status == 200
    assert message.read_text() == "taken"


async def test_an_answer_that_replaces_nothing_is_seen_by_the_clicker_alone(world: World) -> None:
    on_click(world, [{"text": "@raj has this one", "replace_original": False}])
    await world.ana.click_button(await world.post(blocks=CARD), "claim")
    await world.sandbox.wait_until(lambda: world.ana.ephemeral_messages)

    assert world.ana.ephemeral_messages[-1].read_text() == "@raj has this one"
    assert world.sandbox.get_user("raj").ephemeral_messages == []


async def test_an_ephemeral_message_is_clicked_replaced_and_deleted(world: World) -> None:
    on_click(world, [{"text": "once more", "replace_original": True}, {"delete_original": True}])
    await world.client.chat_postEphemeral(channel="C0CARE", user="U0ANA", text="psst", blocks=CARD)
    [message] = world.ana.ephemeral_messages
    await world.ana.click_button(message, "claim")
    await world.sandbox.wait_until(lambda: message.deleted)

    assert message.read_text() == "once more"
    assert world.ana.ephemeral_messages == []


async def test_the_sixth_use_of_a_response_url_is_refused(world: World) -> None:
    statuses: list[int] = []

    async def claim(ack: Any, respond: Any) -> None:
        await ack()
        for n in range(6):
            statuses.append((await respond(f"{n}")).status_code)  # noqa: PERF401 - each waits for the last

    world.app.action("claim")(claim)
    await world.ana.click_button(await world.post(blocks=CARD), "claim")
    await world.sandbox.wait_until(lambda: len(world.ana.ephemeral_messages) == 5)
    await world.sandbox.wait_until(lambda: world.sandbox.change_log.list_by_kind("rejected"))

    assert world.sandbox.change_log.list_by_kind("rejected")[0].facts["error"] == "used_url"


async def test_a_response_url_is_dead_after_half_an_hour(world: World) -> None:
    async def claim(ack: Any, respond: Any) -> None:
        world.clock.pass_(1801)
        await ack()
        await respond("late")

    world.app.action("claim")(claim)
    await world.ana.click_button(await world.post(blocks=CARD), "claim")
    await world.sandbox.wait_until(lambda: world.sandbox.change_log.list_by_kind("rejected"))

    assert world.sandbox.change_log.list_by_kind("rejected")[0].facts["error"] == "expired_url"


async def test_a_menu_sends_the_option_that_was_picked(world: World) -> None:
    heard: list[Any] = []

    async def more(ack: Any, action: Any) -> None:
        heard.append(action["selected_option"]["value"])
        await ack()

    world.app.action("more")(more)
    outcome = await world.ana.choose_option(await world.post(blocks=CARD), "more", value="Hand over")

    assert outcome.ok
    assert heard == ["hand"]


async def test_a_person_cannot_press_what_is_not_there_nor_what_they_do_not_see(world: World) -> None:
    message = await world.post(blocks=CARD)
    await world.client.chat_postEphemeral(channel="C0CARE", user="U0RAJ", text="psst", blocks=CARD)
    [hidden] = world.sandbox.get_user("raj").ephemeral_messages
    with pytest.raises(ClientRefusedError):
        await world.ana.click_button(message, "resolve")
    with pytest.raises(ClientRefusedError):
        await world.ana.click_button(hidden, "claim")


async def test_an_act_that_is_not_acked_in_time_shows_a_warning(world: World) -> None:
    world.sandbox.deliveries.ack_within = 0.05

    async def claim() -> None:
        """Forgets to ack."""

    world.app.action("claim")(claim)
    outcome = await world.ana.click_button(await world.post(blocks=CARD), "claim")

    assert not outcome.acked
    assert outcome.warning == "operation_timeout"
    assert world.sandbox.change_log.list_by_kind("operation_timeout")


async def test_a_slash_command_is_escaped_and_its_answer_is_for_one_pair_of_eyes(world: World) -> None:
    async def sentiment(ack: Any, command: Any) -> None:
        await ack(f"heard {command['text']}")

    world.app.command("/sentiment")(sentiment)
    outcome = await world.ana.type_command("/sentiment of @raj in #care by @care", in_channel="C0CARE")

    assert outcome.ok
    assert world.ana.ephemeral_messages[-1].text == "heard of <@U0RAJ|raj> in <#C0CARE|care> by <!subteam^S0CARE|@care>"


async def test_a_message_shortcut_carries_the_message(world: World) -> None:
    heard: list[str] = []

    async def flag(ack: Any, shortcut: Any) -> None:
        heard.append(shortcut["message"]["text"])
        await ack()

    world.app.shortcut("flag_mention")(flag)
    said = await world.ana.post_message("look at this", in_channel="C0CARE")
    await world.ana.use_shortcut("flag_mention", on=said)

    assert heard == ["look at this"]


async def test_opening_home_lets_the_app_publish_it(world: World) -> None:
    async def opened(event: Any, client: Any) -> None:
        view = {"type": "home", "blocks": CARD}
        await client.views_publish(user_id=event["user"], view=view)

    world.app.event("app_home_opened")(opened)
    await world.ana.open_home()
    await world.sandbox.wait_until(lambda: world.ana.home)

    assert world.ana.home is not None
    assert "A case" in world.ana.home.read_text()


async def test_a_word_to_the_app_reaches_it_and_a_word_in_a_channel_does_not(world: World) -> None:
    heard: list[str] = []

    async def said(event: Any) -> None:
        heard.append(event["type"])

    world.app.event("message")(said)
    world.app.event("app_mention")(said)
    await world.ana.post_message("hello")
    await world.ana.post_message("hello", in_channel="C0CARE")
    await world.ana.post_message("<@U0BOT> hello", in_channel="C0CARE")
    await world.sandbox.wait_until(lambda: len(heard) == 2)

    assert heard == ["message", "app_mention"]
