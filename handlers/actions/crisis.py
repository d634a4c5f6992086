"""Buttons of a crisis: to declare one from an episode, and to tick off the plan."""

from slack_bolt.context.ack.async_ack import AsyncAck

from bot.cards.modals import Origin
from bot.usecases.crises import Crises
from handlers.asking import Payload
from handlers.reply import Reply


async def declare(ack: AsyncAck, action: Payload, body: Payload, crises: Crises, reply: Reply) -> None:
    await ack()
    async with reply.saying_no():
        await reply.open(body["trigger_id"], await crises.form(Origin(action["value"], reply.response_url)))


async def done(ack: AsyncAck, action: Payload, by: str, crises: Crises, reply: Reply) -> None:
    await ack()
    async with reply.saying_no():
        await reply.redraw(await crises.done(by, action["value"]))
