"""Flag for a department: a colleague saw something that Earshot did not hear."""

from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext

from bot.cards import modals
from bot.cards.modals import Origin
from bot.usecases.flags import FlagUseCases
from handlers.asking import Payload
from handlers.message_text import message_address, message_text
from handlers.reply import Reply

OURS = "This is one of Earshot's own messages. To pass a case on, press *Hand over…* on its card."


async def flag(ack: AsyncAck, shortcut: Payload, context: AsyncBoltContext, flags: FlagUseCases, reply: Reply) -> None:
    await ack()
    message = shortcut["message"]
    if message.get("bot_id") and message["bot_id"] == context.bot_id:
        await reply.say(OURS)
        return
    async with reply.saying_no():
        words, address = message_text(message), message_address(message)
        origin = Origin("", reply.response_url, shortcut["channel"]["id"], message["ts"])
        await reply.open(shortcut["trigger_id"], modals.flag(words, address, flags.list_departments(), origin))
