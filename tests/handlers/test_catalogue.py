"""Every id has its listener, and the manifest asks for what is listened to: no more, no less."""

import json

import pytest

from bot.cards import action_ids
from bot.cards.case import CASE_BUTTONS
from bot.cards.case_search import SearchQuery
from bot.slack_sandbox.app_manifest import AppManifest
from handlers.commands import COMMANDS
from handlers.manifest import build_manifest
from tests.handlers.slack_workspace import Workspace

MODALS = {value for name, value in vars(action_ids).items() if name.endswith("_MODAL")}
INPUTS = {
    "ENTRY",
    "RESOLUTION",
    "NOTE",
    "REASON",
    "PERSON",
    "DEPARTMENT",
    "MENTION",
    "WORDS",
    "ADDRESS",
    "AUTHOR",
    "KIND",
    "SEVERITY",
    "HEADLINE",
    "LEAD",
    "COMMS",
    "LEGAL",
    "UNTIL",
    "GROUP",
    "FACTS",
    "LABELS",
    "ACCOUNT",
    "CASES",
    "INPUT",
    "NOBODY",
    "EXPLANATION",
    "FIGURE",
    "STATUS",
    "ANY",
    "CASE_DETAILS",
    "CAUTION",
    "REPLY_NAME",
    "REPLY_TEXT",
    "REPLY_COPY",
    "OFFER",
    "AMOUNT",
}
BUTTONS = {button.action for button in CASE_BUTTONS} | {
    value
    for name, value in vars(action_ids).items()
    if name.isupper() and not name.startswith("_") and name not in INPUTS
} - MODALS - {action_ids.FLAG_MENTION, action_ids.SENTIMENT, action_ids.ONCALL, action_ids.CRISIS, action_ids.EARSHOT}


def body(kind: str, **more: object) -> dict[str, object]:
    return {"type": kind, "user": {"id": "U0ANA"}, "team": {"id": "T1"}, "trigger_id": "1.2.3", **more}


async def listened_to(workspace: Workspace, sent: dict[str, object]) -> bool:
    """Bolt answers 404 to what no listener is registered for."""
    response = await workspace.send(sent, wait=False)
    return bool(response.status != 404)


@pytest.mark.parametrize("button", sorted(BUTTONS))
async def test_every_button_has_a_listener(button: str, workspace: Workspace) -> None:
    assert (await workspace.press(button, block="digest:17-A:X")).status == 200


@pytest.mark.parametrize("modal", sorted(MODALS))
async def test_every_form_has_a_listener(modal: str, workspace: Workspace) -> None:
    kept = SearchQuery().to_json() if modal == action_ids.SEARCH_MODAL else "ABCDEFGH"
    metadata = json.dumps([kept, "", "", ""])
    assert (await workspace.submit(modal, {}, metadata)).status == 200


async def test_what_nobody_listens_to_is_told_apart(workspace: Workspace) -> None:
    assert not await listened_to(
        workspace, body("block_actions", actions=[{"type": "button", "action_id": "eject", "block_id": "b"}])
    )


async def test_the_manifest_names_what_is_listened_to(workspace: Workspace) -> None:
    asked_for = AppManifest.parse(build_manifest(socket_mode=True))

    assert asked_for.commands == dict.fromkeys(COMMANDS, True)
    assert asked_for.shortcuts == {action_ids.FLAG_MENTION: "message"}
    assert asked_for.home
    assert asked_for.interactive
    for event in asked_for.events:
        sent = {"type": event, "user": "U0ANA", "tab": "messages"}
        assert (await workspace.event(sent)).status == 200
    for command in COMMANDS:
        assert (await workspace.command("help", command)).status == 200
    assert (await workspace.flag("words")).status == 200


def test_the_manifest_may_read_no_channel() -> None:
    asked_for = build_manifest(socket_mode=True)["oauth_config"]["scopes"]["bot"]

    assert asked_for == ["chat:write", "commands", "usergroups:read"]


def test_over_http_every_address_is_the_one_address() -> None:
    url = "https://earshot.example/slack/events"
    made = build_manifest(socket_mode=False, request_url=url)

    assert made["settings"]["interactivity"]["request_url"] == url
    assert made["settings"]["event_subscriptions"]["request_url"] == url
    assert [command["url"] for command in made["features"]["slash_commands"]] == [url] * len(COMMANDS)
    assert not made["settings"]["socket_mode_enabled"]


def test_over_http_an_address_is_needed() -> None:
    with pytest.raises(ValueError, match="give the address of /slack/events"):
        build_manifest(socket_mode=False)
