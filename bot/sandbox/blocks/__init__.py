"""Block Kit, checked as strictly as Slack does and a little more."""

from bot.sandbox.blocks.whole import check_message, check_view

__all__ = ["check_message", "check_view"]
