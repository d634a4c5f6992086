import aiohttp

from tests.slack_sandbox.conftest import World


async def test_bolt_turns_a_wrong_signature_away(world: World) -> None:
    world.sandbox.app.signing_secret = "another-secret"
    outcome = await world.ana.type_command("/sentiment today")

    assert outcome.status == 401
    assert not outcome.acked
    assert outcome.warning == "dispatch_failed"


async def test_an_event_that_is_not_acked_comes_again_at_once_after_one_and_after_five_minutes(world: World) -> None:
    world.sandbox.app.signing_secret = "another-secret"
    await world.ana.open_home()
    assert len(world.requests) == 2
    for seconds, in_all in ((59, 2), (1, 3), (299, 3), (1, 4), (3600, 4)):
        world.clock.pass_(seconds)
        await world.sandbox.deliveries.retry_due_events()
        assert len(world.requests) == in_all

    assert [request.headers.get("X-Slack-Retry-Num") for request in world.requests] == [None, "1", "2", "3"]
    assert world.requests[-1].headers["X-Slack-Retry-Reason"] == "http_error"


async def test_an_event_that_is_acked_does_not_come_again(world: World) -> None:
    world.app.event("app_home_opened")(content)
    await world.ana.open_home()
    world.clock.pass_(600)
    await world.sandbox.deliveries.retry_due_events()

    assert len(world.requests) == 1


async def content() -> None:
    """Accept every event."""


async def test_an_app_that_is_not_there_fails_the_dispatch(world: World) -> None:
    world.sandbox.app.request_url = "http://127.0.0.1:9/slack/events"
    outcome = await world.ana.type_command("/sentiment today")

    assert outcome.status == 0
    assert outcome.warning == "dispatch_failed"


async def test_an_unknown_response_url_is_not_found(world: World) -> None:
    async with aiohttp.ClientSession() as session:
        url = world.sandbox.api_url.replace("/api/", "/respond/made-up")
        async with session.post(url, json={"text": "hello"}) as response:
            assert response.status == 404
