"""Who is of another workspace may look at a shared channel, and does nothing else here."""

import json
from typing import Any

import pytest

from bot.cards import action_ids
from handlers.commands import COMMANDS
from handlers.workspace_guard import NOT_OURS
from tests.handlers.conftest import FakeUseCases
from tests.handlers.slack_workspace import ANA, FakeSlackServer, Workspace
from tests.handlers.test_catalogue import BUTTONS, MODALS

LINKS = {action_ids.OPEN_POST, action_ids.OPEN_CARD}
THEIRS: dict[str, dict[str, Any]] = {
    "their team": {"team": {"id": "T2"}},
    "their home": {"user": {"id": ANA, "team_id": "T2"}},
    "both": {"team": {"id": "T2"}, "user": {"id": ANA, "team_id": "T2"}},
    "their organisation": {"user": {"id": ANA, "team_id": "T2"}, "enterprise": {"id": "E2"}},
}


def has_no_calls(fakes: FakeUseCases) -> bool:
    return not any(fake.asked for fake in fakes.all())


@pytest.mark.parametrize("theirs", THEIRS)
async def test_a_flag_of_another_workspace_is_refused_with_a_sentence(
    theirs: str, workspace: Workspace, fakes: FakeUseCases, slack: FakeSlackServer
) -> None:
    workspace.about = THEIRS[theirs]
    body = {"type": "message_action", "callback_id": action_ids.FLAG_MENTION, "response_url": slack.response_url}
    response = await workspace.send(workspace._frame("message_action") | body, wait=False)
    assert response.status == 200
    assert slack.list_whispers() == [NOT_OURS]
    assert not slack.list_calls("views.open")
    assert has_no_calls(fakes)


@pytest.mark.parametrize("button", sorted(BUTTONS - LINKS))
async def test_no_button_does_anything_for_another_workspace(
    button: str, workspace: Workspace, fakes: FakeUseCases, slack: FakeSlackServer
) -> None:
    workspace.about = THEIRS["both"]
    assert (await workspace.press(button, block="digest:17-A:X", wait=False)).status == 200
    assert has_no_calls(fakes)
    assert slack.list_whispers() == [NOT_OURS]


@pytest.mark.parametrize("modal", sorted(MODALS))
async def test_no_form_of_another_workspace_is_taken(modal: str, workspace: Workspace, fakes: FakeUseCases) -> None:
    view = {"type": "modal", "callback_id": modal, "private_metadata": json.dumps(["A", ""]), "state": {"values": {}}}
    workspace.about = THEIRS["both"]
    response = await workspace.send(workspace._frame("view_submission") | {"view": view}, wait=False)
    assert response.status == 200
    assert has_no_calls(fakes)


@pytest.mark.parametrize("command", COMMANDS)
async def test_no_command_of_another_workspace_is_taken(
    command: str, workspace: Workspace, fakes: FakeUseCases, slack: FakeSlackServer
) -> None:
    body = {"command": command, "text": "", "user_id": ANA, "team_id": "T2", "response_url": slack.response_url}
    assert (await workspace.send(body, wait=False)).status == 200
    assert slack.list_whispers() == [NOT_OURS]
    assert has_no_calls(fakes)


@pytest.mark.parametrize("link", sorted(LINKS))
async def test_a_link_that_slack_opens_by_itself_is_not_answered(
    link: str, workspace: Workspace, slack: FakeSlackServer
) -> None:
    workspace.about = THEIRS["both"]
    assert (await workspace.press(link)).status == 200
    assert not slack.list_whispers()


GRID = {"team": {"id": "T2"}, "user": {"id": ANA, "team_id": "T2"}, "enterprise": {"id": "E1", "name": "us"}}


@pytest.mark.parametrize(
    "auth", [{"enterprise_id": "E1"}, {"team_id": "E1", "enterprise_id": "E1", "is_enterprise_install": True}]
)
@pytest.mark.parametrize("about", [GRID, {"team": None, "enterprise": {"id": "E1"}, "is_enterprise_install": True}])
async def test_a_colleague_of_another_workspace_of_the_same_organisation_is_one_of_us(
    auth: dict[str, Any], about: dict[str, Any], workspace: Workspace, fakes: FakeUseCases, slack: FakeSlackServer
) -> None:
    slack.auth = auth
    workspace.about = about
    await workspace.press(action_ids.CLAIM)
    assert fakes.cases.asked
    assert NOT_OURS not in slack.list_whispers()
