"""Pinned messages, which need the optional scope pins:read."""

from handlers.message_text import extract_message_text
from handlers.use_cases import CrisisUseCases, Payload


async def on_pin_added(event: Payload, crises: CrisisUseCases) -> None:
    """Add a message that is pinned in the channel of a crisis to its timeline; ignore other pins."""
    message = (event.get("item") or {}).get("message") or {}
    if message.get("ts"):  # files can be pinned as well
        await crises.add_pinned_message(
            event["user"], event["channel_id"], message["ts"], extract_message_text(message)
        )
