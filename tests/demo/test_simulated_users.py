"""What colleagues leave lying, and what they do not."""

from datetime import UTC, datetime
from typing import Any

from bot.cards import action_ids
from bot.clock import SystemClock
from bot.demo.setup import load_demo_inputs
from bot.demo.simulated_users import ScheduledAction, SimulatedUsers, build_workspace, is_forgotten
from bot.slack_sandbox import SlackMessage, SlackSandbox

CASES = [f"case{number}" for number in range(300)]


def card(*actions: str) -> SlackMessage:
    pressed: list[dict[str, Any]] = [{"type": "button", "action_id": action, "value": "it"} for action in actions]
    return SlackMessage("1.1", "C0PR", "UBOT", blocks=[{"type": "actions", "block_id": "b1", "elements": pressed}])


def test_some_cases_are_claimed_by_nobody() -> None:
    left = sum(is_forgotten(card(action_ids.CLAIM), case) for case in CASES)

    assert 0 < left < len(CASES) / 10


def test_what_somebody_is_paged_for_is_left_by_nobody() -> None:
    assert not any(is_forgotten(card(action_ids.CLAIM, action_ids.ACKNOWLEDGE), case) for case in CASES)


async def test_a_click_that_nobody_answers_does_not_stop_the_day() -> None:
    """No app is connected to this workspace."""
    playbook = load_demo_inputs(None, None).playbook
    assert playbook is not None
    workspace = build_workspace(playbook.current, SystemClock())
    message = card(action_ids.CLAIM)
    workspace.find_channel("C0PR").add(message)
    async with SlackSandbox(workspace) as sandbox:
        users = SimulatedUsers(sandbox, playbook.current)
        at = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
        await users.perform_action(ScheduledAction(at, 1, "ben", "claim", "C0PR", message.ts, "it"))
    assert users.performed == {("it", "claim")}
