"""Buttons of a crisis: to declare one from an episode, and to tick off the plan."""

from slack_bolt.context.ack.async_ack import AsyncAck

from bot.cards.modals import Origin
from bot.usecases.crises import CrisisUseCases
from handlers.asking import Payload
from handlers.reply import Reply


async def declare(ack: AsyncAck, action: Payload, body: Payload, crises: CrisisUseCases, reply: Reply) -> None:
    await ack()
    async with reply.saying_no():
        await reply.open(body["trigger_id"], await crises.build_form(Origin(action["value"], reply.response_url)))


async def done(ack: AsyncAck, action: Payload, by: str, crises: CrisisUseCases, reply: Reply) -> None:
    await ack()
    async with reply.saying_no():
        await reply.redraw(await crises.complete_checklist_item(by, action["value"]))
