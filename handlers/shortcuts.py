"""Message shortcuts: flag a post that Earshot missed for a department."""

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.async_context import AsyncBoltContext

from bot.cards import action_ids
from bot.cards.modal_blocks import ModalMetadata
from bot.cards.modals import render_flag_modal
from handlers.message_text import extract_message_text, extract_message_url
from handlers.use_cases import AsyncAck, FlagUseCases, Payload, Responder

OURS = "This is one of Earshot's own messages. To pass a case on, press *Hand over…* on its card."


async def open_flag_modal(
    ack: AsyncAck, shortcut: Payload, context: AsyncBoltContext, flags: FlagUseCases, reply: Responder
) -> None:
    await ack()
    message = shortcut["message"]
    if message.get("bot_id") and message["bot_id"] == context.bot_id:
        await reply.send_text(OURS)
        return
    async with reply.report_refusals():
        words, address = extract_message_text(message), extract_message_url(message)
        origin = ModalMetadata("", reply.response_url, shortcut["channel"]["id"], message["ts"])
        await reply.open_modal(shortcut, render_flag_modal(words, address, flags.list_departments(), origin))


def register(app: AsyncApp) -> None:
    app.shortcut({"callback_id": action_ids.FLAG_MENTION, "type": "message_action"})(open_flag_modal)
