"""Message shortcuts."""

from slack_bolt.async_app import AsyncApp

from bot.cards import action_ids
from handlers.shortcuts.flag import open_flag_modal


def register(app: AsyncApp) -> None:
    app.shortcut({"callback_id": action_ids.FLAG_MENTION, "type": "message_action"})(open_flag_modal)
