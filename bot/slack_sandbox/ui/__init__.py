"""The workspace in a browser: what one person sees of it, live, and what they do in it."""

from bot.slack_sandbox.ui.routes import WorkspaceUi

__all__ = ["WorkspaceUi"]
