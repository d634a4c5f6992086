"""Slack gives three seconds: it is answered at once, whatever the outcome of the request."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from slack_bolt.response import BoltResponse

from bot.cards import action_ids
from bot.cards.case import CASE_BUTTONS
from bot.cards.modal_blocks import ModalMetadata
from bot.domain.commits import NotAllowed, StoreUnavailable
from tests.handlers.conftest import FakeUseCases
from tests.handlers.slack_workspace import FakeSlackServer, Workspace

Gesture = Callable[[Workspace], Awaitable[BoltResponse]]

GESTURES: dict[str, Gesture] = {
    **{
        button: lambda workspace, button=button: workspace.press(button, block="digest:17-A:ABCDEFGH")  # type: ignore[misc]
        for button in (
            *(button.action for button in CASE_BUTTONS),
            action_ids.CLAIM_IN_DIGEST,
            action_ids.CLAIM_HERE,
            action_ids.KEEP,
            action_ids.RELEASE_HERE,
            action_ids.SHARE_REPORT,
        )
    },
    "/sentiment": lambda workspace: workspace.command("today"),
    "resolve": lambda workspace: workspace.submit(
        action_ids.RESOLVE_MODAL,
        {action_ids.RESOLUTION: {"selected_option": {"value": "answered"}}},
        ModalMetadata("ABCDEFGH", workspace.slack.response_url, "C0CARE").to_json(),
    ),
}


@pytest.mark.parametrize("gesture", [gesture for gesture in GESTURES if gesture != "resolve"])  # a form: test_forms
async def test_the_ack_is_not_lost_when_it_is_refused_at_once(
    gesture: str, workspace: Workspace, fakes: FakeUseCases, slack: FakeSlackServer
) -> None:
    for one in fakes.all():
        one.raises = NotAllowed("<@U0BEN> has this one, 2 s before you.")

    response = await GESTURES[gesture](workspace)

    assert (response.status, response.body) == (200, "")
    assert slack.list_whispers() == ["<@U0BEN> has this one, 2 s before you."]


@pytest.mark.parametrize("gesture", [gesture for gesture in GESTURES if gesture != "resolve"])
async def test_when_redis_is_away_the_person_is_told_what_to_do(
    gesture: str, workspace: Workspace, fakes: FakeUseCases, slack: FakeSlackServer
) -> None:
    for one in fakes.all():
        one.raises = StoreUnavailable("Redis does not answer.")

    response = await GESTURES[gesture](workspace)

    assert response.status == 200
    assert slack.list_whispers() == ["Earshot can't reach its database. Try again in a minute. Nothing happens twice."]


@pytest.mark.parametrize("gesture", GESTURES)
async def test_what_nobody_foresaw_is_acked_and_told_in_one_sentence(
    gesture: str, workspace: Workspace, fakes: FakeUseCases, slack: FakeSlackServer
) -> None:
    for one in fakes.all():
        one.raises = ZeroDivisionError("a bug")

    response = await GESTURES[gesture](workspace)

    assert response.status == 200
    said = [*slack.list_whispers(), *(call["text"] for call in slack.list_calls("chat.postMessage"))]
    assert len(said) == 1
    assert said[0].startswith("Something went wrong in Earshot")


async def test_the_ack_comes_before_the_answer(
    workspace: Workspace, fakes: FakeUseCases, slack: FakeSlackServer
) -> None:
    fakes.cases.gate = asyncio.Event()

    response = await workspace.press(action_ids.CLAIM, wait=False)

    assert response.status == 200
    assert slack.answers == []
    fakes.cases.gate.set()
    await workspace.finish()
    assert len(slack.list_replacements()) == 1


async def test_a_button_that_is_a_link_is_acked(workspace: Workspace) -> None:
    assert (await workspace.press(action_ids.OPEN_POST)).status == 200


async def test_the_ack_is_not_lost_when_a_listener_fails_at_once(workspace: Workspace, fakes: FakeUseCases) -> None:
    """With nobody to be told, nothing holds the failure up until Bolt has looked for the ack."""
    fakes.cases.raises = ZeroDivisionError("a bug")
    action = {"type": "button", "action_id": action_ids.CLAIM, "block_id": "b1", "value": "ABCDEFGH"}

    response = await workspace.send({"type": "block_actions", "team": {"id": "T1"}, "user": {}, "actions": [action]})

    assert response.status == 200
