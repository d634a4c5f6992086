"""The workspace in a browser: what one person sees of it, live, and what they do in it."""

from bot.sandbox.page.routes import WorkspaceUi

__all__ = ["WorkspaceUi"]
