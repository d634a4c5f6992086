"""Buttons in reminders and direct messages: the message turns into a sentence; the card is redrawn by delivery."""

from slack_bolt.context.ack.async_ack import AsyncAck

from bot.cards import messages
from bot.usecases.cases import CaseUseCases
from handlers.asking import Payload
from handlers.reply import Reply


async def claim_here(ack: AsyncAck, action: Payload, by: str, cases: CaseUseCases, reply: Reply) -> None:
    await ack()
    async with reply.saying_no():
        answer = await cases.claim(action["value"], by)
        await reply.redraw(messages.claimed(answer.case, answer.department))


async def confirm_here(ack: AsyncAck, action: Payload, by: str, cases: CaseUseCases, reply: Reply) -> None:
    await ack()
    async with reply.saying_no():
        answer = await cases.confirm_crisis(action["value"], by)
        await reply.redraw(messages.confirmed(answer.case, answer.department))


async def keep(ack: AsyncAck, action: Payload, by: str, cases: CaseUseCases, reply: Reply) -> None:
    await ack()
    async with reply.saying_no():
        answer = await cases.renew_lease(action["value"], by)
        await reply.redraw(messages.kept(answer.case))


async def release_here(ack: AsyncAck, action: Payload, by: str, cases: CaseUseCases, reply: Reply) -> None:
    await ack()
    async with reply.saying_no():
        answer = await cases.release(action["value"], by)
        await reply.redraw(messages.let_go(answer.case, answer.department))
