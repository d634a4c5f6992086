"""Buttons about being on call: a change is answered where it was pressed."""

from slack_bolt.context.ack.async_ack import AsyncAck

from bot.usecases.oncall import OnCall
from handlers.asking import Payload
from handlers.reply import Reply


async def take(ack: AsyncAck, action: Payload, by: str, oncall: OnCall, reply: Reply) -> None:
    await ack()
    async with reply.saying_no():
        await reply.tell(await oncall.take(by, action["value"]))


async def plead(ack: AsyncAck, action: Payload, by: str, oncall: OnCall, reply: Reply) -> None:
    await ack()
    async with reply.saying_no():
        await reply.tell(await oncall.cover(by, f"me {action['value']}"))


async def answer(ack: AsyncAck, action: Payload, by: str, oncall: OnCall, reply: Reply) -> None:
    await ack()
    async with reply.saying_no():
        await reply.redraw(await oncall.answer(by, action["value"]))


async def fill(ack: AsyncAck, action: Payload, by: str, oncall: OnCall, reply: Reply) -> None:
    await ack()
    async with reply.saying_no():
        await reply.redraw(await oncall.fill(by, action["value"]))


async def undo(ack: AsyncAck, action: Payload, by: str, oncall: OnCall, reply: Reply) -> None:
    await ack()
    async with reply.saying_no():
        await reply.redraw(await oncall.undo(by, action["value"]))
