import aiohttp
import pytest
from slack_sdk.errors import SlackApiError

from bot.slack_sandbox import FaultKind, InjectedFault
from tests.slack_sandbox.conftest import World


async def test_a_fault_strikes_the_named_method_as_often_as_told(world: World) -> None:
    world.sandbox.faults.add(InjectedFault(FaultKind.RATELIMITED, methods=["chat.postMessage"], seconds=7))
    with pytest.raises(SlackApiError) as refused:
        await world.post()

    assert refused.value.response.headers["Retry-After"] == "7"
    assert world.sandbox.limits.violations == []
    await world.post()


async def test_a_fault_in_one_channel_leaves_the_others_alone(world: World) -> None:
    world.sandbox.faults.add(InjectedFault(FaultKind.ERROR, channels=["C0CARE"], times=None))
    await world.post(channel="U0ANA")
    with pytest.raises(SlackApiError) as refused:
        await world.post()

    assert refused.value.response["error"] == "internal_error"


async def test_a_fault_ends_at_its_hour(world: World) -> None:
    world.sandbox.faults.add(InjectedFault(FaultKind.ERROR, times=None, until=world.clock() + 60))
    with pytest.raises(SlackApiError):
        await world.client.auth_test()
    world.clock.pass_(60)

    assert (await world.client.auth_test())["ok"]


async def test_a_post_dropped_after_it_happened_stands_in_the_channel(world: World) -> None:
    world.sandbox.faults.add(InjectedFault(FaultKind.DROPPED_AFTER))
    with pytest.raises(aiohttp.ClientError):
        await world.post()

    assert len(world.workspace.find_channel("care").messages) == 1


async def test_a_post_dropped_before_it_happened_does_not(world: World) -> None:
    world.sandbox.faults.add(InjectedFault(FaultKind.DROPPED_BEFORE))
    with pytest.raises(aiohttp.ClientError):
        await world.post()

    assert world.workspace.find_channel("care").messages == []


async def test_a_call_that_hangs_is_given_up_by_the_caller(world: World) -> None:
    world.sandbox.faults.add(InjectedFault(FaultKind.HANG))
    world.client.timeout = 0.05  # type: ignore[assignment]
    with pytest.raises(TimeoutError):
        await world.client.auth_test()


async def test_when_all_of_slack_is_down_it_answers_in_html(world: World) -> None:
    world.sandbox.faults.down = True
    with pytest.raises(SlackApiError) as refused:
        await world.client.auth_test()

    assert refused.value.response.status_code == 503
    assert (await world.ana.open_home()).warning == "slack_is_down"


async def test_a_delivery_may_come_twice(world: World) -> None:
    world.sandbox.faults.add(InjectedFault(FaultKind.DUPLICATE_DELIVERY))
    await world.ana.type_command("/sentiment today")

    assert len(world.requests) == 2


async def test_bolt_turns_a_late_delivery_away(world: World) -> None:
    world.sandbox.faults.add(InjectedFault(FaultKind.LATE_DELIVERY, seconds=600))
    outcome = await world.ana.type_command("/sentiment today")

    assert outcome.status == 401


async def test_an_answer_to_a_response_url_may_fail_too(world: World) -> None:
    world.sandbox.faults.add(InjectedFault(FaultKind.STATUS, methods=["response_url"], status=502))
    async with aiohttp.ClientSession() as session:
        url = world.sandbox.api_url.replace("/api/", "/respond/any")
        async with session.post(url, json={"text": "hello"}) as response:
            assert response.status == 502


async def test_a_slow_call_takes_effect_all_the_same(world: World) -> None:
    world.sandbox.faults.add(InjectedFault(FaultKind.SLOW, seconds=0.01))
    message = await world.post()

    assert message in world.workspace.find_channel("care").messages


async def test_an_archived_channel_and_one_we_were_thrown_out_of_refuse_us(world: World) -> None:
    channel = world.workspace.find_channel("care")
    channel.bot_is_member = False
    with pytest.raises(SlackApiError) as thrown_out:
        await world.post()
    channel.is_archived = True
    with pytest.raises(SlackApiError) as archived:
        await world.post()

    assert thrown_out.value.response["error"] == "not_in_channel"
    assert archived.value.response["error"] == "is_archived"
