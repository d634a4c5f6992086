import pytest
from slack_sdk.errors import SlackApiError

from tests.slack_sandbox.conftest import World


async def test_a_second_post_within_a_second_is_told_to_wait(world: World) -> None:
    await world.post()
    with pytest.raises(SlackApiError) as refused:
        await world.client.chat_postMessage(channel="C0CARE", text="too soon")

    assert refused.value.response.status_code == 429
    assert refused.value.response["error"] == "ratelimited"
    assert refused.value.response.headers["Retry-After"] == "1"


async def test_two_channels_do_not_share_their_second(world: World) -> None:
    await world.post()
    await world.client.chat_postMessage(channel="U0ANA", text="elsewhere")

    assert world.sandbox.limits.violations == []


async def test_a_person_and_the_conversation_with_them_share_their_second(world: World) -> None:
    message = await world.post(channel="U0ANA")
    with pytest.raises(SlackApiError):
        await world.client.chat_postMessage(channel=message.channel, text="too soon")


async def test_the_fifty_first_update_of_a_minute_waits_for_the_first_to_be_a_minute_old(world: World) -> None:
    message = await world.post()
    for n in range(50):
        await world.client.chat_update(channel="C0CARE", ts=message.ts, text=f"{n}")
    world.clock.pass_(20)
    with pytest.raises(SlackApiError) as refused:
        await world.client.chat_update(channel="C0CARE", ts=message.ts, text="51")

    assert refused.value.response.headers["Retry-After"] == "40"
    world.clock.pass_(40)
    await world.client.chat_update(channel="C0CARE", ts=message.ts, text="now")


async def test_the_ledger_knows_every_call_and_every_refusal(world: World) -> None:
    await world.post()
    with pytest.raises(SlackApiError):
        await world.client.chat_postMessage(channel="C0CARE", text="too soon")
    [violation] = world.sandbox.limits.violations

    assert (violation.method, violation.channel) == ("chat.postMessage", "C0CARE")
    assert world.sandbox.limits.calls["chat.postMessage"] == 2
    assert world.sandbox.limits.refusals["chat.postMessage"] == 1
