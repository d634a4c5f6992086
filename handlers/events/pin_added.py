"""Somebody pins a message. Slack tells us only where the optional scope pins:read is granted."""

from bot.usecases.crises import CrisisUseCases
from handlers.message_text import extract_message_text
from handlers.use_cases import Payload


async def on_pin_added(event: Payload, crises: CrisisUseCases) -> None:
    """In the channel of a crisis it enters the timeline; elsewhere it is nothing to us."""
    message = (event.get("item") or {}).get("message") or {}
    if message.get("ts"):  # files are pinned as well
        await crises.add_pinned_message(
            event["user"], event["channel_id"], message["ts"], extract_message_text(message)
        )
