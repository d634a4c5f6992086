"""Slash commands."""

from slack_bolt.async_app import AsyncApp

from bot.cards import buttons
from handlers.commands import oncall
from handlers.commands.crisis import handle_crisis
from handlers.commands.sentiment import handle_sentiment


def register(app: AsyncApp) -> None:
    app.command(buttons.SENTIMENT)(handle_sentiment)
    app.command(buttons.CRISIS)(handle_crisis)
    app.command(buttons.ONCALL)(oncall.handle_oncall)
