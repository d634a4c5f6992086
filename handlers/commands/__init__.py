"""Slash commands."""

from slack_bolt.async_app import AsyncApp

from bot.cards import buttons
from handlers.commands import oncall
from handlers.commands.crisis import crisis
from handlers.commands.sentiment import sentiment


def register(app: AsyncApp) -> None:
    app.command(buttons.SENTIMENT)(sentiment)
    app.command(buttons.CRISIS)(crisis)
    app.command(buttons.ONCALL)(oncall.listen)
