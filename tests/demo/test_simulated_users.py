"""What colleagues leave lying, and what they do not."""

from typing import Any

from bot.cards import action_ids
from bot.demo.simulated_users import is_forgotten
from bot.slack_sandbox import SlackMessage

CASES = [f"case{number}" for number in range(300)]


def card(*actions: str) -> SlackMessage:
    pressed: list[dict[str, Any]] = [{"type": "button", "action_id": action, "value": "it"} for action in actions]
    return SlackMessage("1.1", "C0PR", "UBOT", blocks=[{"type": "actions", "elements": pressed}])


def test_some_cases_are_claimed_by_nobody() -> None:
    left = sum(is_forgotten(card(action_ids.CLAIM), case) for case in CASES)

    assert 0 < left < len(CASES) / 10


def test_what_somebody_is_paged_for_is_left_by_nobody() -> None:
    assert not any(is_forgotten(card(action_ids.CLAIM, action_ids.ACKNOWLEDGE), case) for case in CASES)
