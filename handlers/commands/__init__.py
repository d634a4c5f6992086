"""Slash commands."""

from slack_bolt.async_app import AsyncApp

from bot.cards import action_ids
from handlers.commands import oncall
from handlers.commands.crises import handle_crisis
from handlers.commands.sentiment import handle_sentiment


def register(app: AsyncApp) -> None:
    app.command(action_ids.SENTIMENT)(handle_sentiment)
    app.command(action_ids.CRISIS)(handle_crisis)
    app.command(action_ids.ONCALL)(oncall.handle_oncall)
