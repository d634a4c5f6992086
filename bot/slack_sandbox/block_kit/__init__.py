"""Block Kit, checked as strictly as Slack does and a little more."""

from bot.slack_sandbox.block_kit.surfaces import OBSERVERS, check_message, check_view

__all__ = ["OBSERVERS", "check_message", "check_view"]
