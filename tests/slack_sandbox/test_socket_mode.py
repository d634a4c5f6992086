import logging
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_sdk.web.async_client import AsyncWebClient

from tests.slack_sandbox.conftest import World
from tests.slack_sandbox.test_interactions import CARD


@pytest.fixture
async def handler(world: World) -> AsyncIterator[AsyncSocketModeHandler]:
    world.sandbox.app.request_url = None
    web_client = AsyncWebClient(token=world.sandbox.app_token, base_url=world.sandbox.api_url)
    made = AsyncSocketModeHandler(
        world.app,
        world.sandbox.app_token,
        logger=logging.getLogger("tests.socket"),
        web_client=web_client,
        ping_interval=0.5,
    )
    await made.connect_async()  # type: ignore[no-untyped-call]
    await world.sandbox.wait_until(lambda: world.sandbox.sockets.count)
    yield made
    await made.close_async()  # type: ignore[no-untyped-call]


async def test_a_click_goes_down_the_socket_and_is_acked(world: World, handler: AsyncSocketModeHandler) -> None:
    async def claim(ack: Any, respond: Any) -> None:
        await ack()
        await respond("taken", replace_original=True)

    world.app.action("claim")(claim)
    message = await world.post(blocks=CARD)
    outcome = await world.ana.click_button(message, "claim")
    await world.sandbox.wait_until(lambda: message.edited)

    assert outcome.ok
    assert message.read_text() == "taken"


async def test_an_ack_down_the_socket_may_carry_an_answer(world: World, handler: AsyncSocketModeHandler) -> None:
    async def sentiment(ack: Any) -> None:
        await ack("all well")

    world.app.command("/sentiment")(sentiment)
    await world.ana.type_command("/sentiment today")

    assert world.ana.ephemeral_messages[-1].read_text() == "all well"


async def test_without_a_socket_nothing_is_delivered(world: World) -> None:
    world.sandbox.app.request_url = None
    outcome = await world.ana.type_command("/sentiment today")

    assert outcome.warning == "dispatch_failed"


async def test_a_ticket_lets_in_one_socket_once(world: World) -> None:
    client = AsyncWebClient(token=world.sandbox.app_token, base_url=world.sandbox.api_url)
    url = str((await client.apps_connections_open(app_token=world.sandbox.app_token))["url"])
    session = aiohttp.ClientSession()
    first = await session.ws_connect(url)
    hello = await first.receive_json()
    second = await session.get(url.replace("ws://", "http://"))

    assert hello["type"] == "hello"
    assert second.status == 403
    await session.close()


async def test_each_payload_goes_down_exactly_one_socket(world: World, handler: AsyncSocketModeHandler) -> None:
    world.clock.pass_(61)
    second = AsyncSocketModeHandler(world.app, world.sandbox.app_token, web_client=handler.client.web_client)
    await second.connect_async()  # type: ignore[no-untyped-call]
    await world.sandbox.wait_until(lambda: world.sandbox.sockets.count == 2)
    heard: list[str] = []

    async def sentiment(ack: Any, command: Any) -> None:
        heard.append(command["text"])
        await ack()

    world.app.command("/sentiment")(sentiment)
    for n in range(4):
        await world.ana.type_command(f"/sentiment {n}")
    await second.close_async()  # type: ignore[no-untyped-call]

    assert heard == ["0", "1", "2", "3"]


async def test_a_socket_asked_to_refresh_comes_back_with_a_new_ticket(
    world: World, handler: AsyncSocketModeHandler
) -> None:
    world.clock.pass_(61)
    await world.sandbox.sockets.disconnect_sockets("refresh_requested")
    await world.sandbox.wait_until(
        lambda: [c.facts["state"] for c in world.sandbox.change_log.list_by_kind("socket")].count("open") == 2
    )

    assert world.sandbox.limits.calls["apps.connections.open"] == 2
