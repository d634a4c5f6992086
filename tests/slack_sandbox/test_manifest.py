import pytest
from slack_sdk.errors import SlackApiError

from bot.slack_sandbox import ClientRefusedError
from tests.slack_sandbox.conftest import World

MANIFEST = {
    "features": {
        "app_home": {"home_tab_enabled": True},
        "slash_commands": [{"command": "/sentiment", "should_escape": True}],
        "shortcuts": [{"callback_id": "flag_mention", "type": "message", "name": "Flag"}],
    },
    "oauth_config": {"scopes": {"bot": ["chat:write", "commands"], "bot_optional": ["users:read"]}},
    "settings": {"event_subscriptions": {"bot_events": ["app_home_opened"]}, "interactivity": {"is_enabled": True}},
}


async def test_only_what_the_manifest_names_can_be_asked_of_the_app(world: World) -> None:
    world.sandbox.install(MANIFEST)
    with pytest.raises(ClientRefusedError):
        await world.ana.type_command("/weather")
    with pytest.raises(ClientRefusedError):
        await world.ana.use_shortcut("flag_mention")
    await world.ana.post_message("hello")

    assert world.requests == []


async def test_the_app_has_the_scopes_of_its_manifest_and_no_others(world: World) -> None:
    world.sandbox.install(MANIFEST)
    await world.client.users_info(user="U0ANA")
    with pytest.raises(SlackApiError) as refused:
        await world.client.usergroups_list()

    assert refused.value.response["error"] == "missing_scope"


async def test_a_command_without_should_escape_arrives_as_it_was_typed(world: World) -> None:
    features = {"slash_commands": [{"command": "/sentiment"}]}
    world.sandbox.install(MANIFEST | {"features": features})
    heard: list[str] = []

    async def sentiment(ack, command) -> None:  # type: ignore[no-untyped-def]
        heard.append(command["text"])
        await ack()

    world.app.command("/sentiment")(sentiment)
    await world.ana.type_command("/sentiment of @raj")

    assert heard == ["of @raj"]


async def test_the_app_answers_the_challenge_at_its_request_url(world: World) -> None:
    assert await world.sandbox.deliveries.send_challenge()
    world.sandbox.app.signing_secret = "another-secret"
    assert not await world.sandbox.deliveries.send_challenge()
