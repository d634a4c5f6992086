"""Buttons in reminders and direct messages: a sentence replaces the message, and delivery updates the card."""

from bot.cards.case_messages import render_claimed, render_confirmed, render_lease_renewed, render_released
from handlers.use_cases import AsyncAck, CaseUseCases, Payload, Responder


async def claim_here(ack: AsyncAck, action: Payload, by: str, cases: CaseUseCases, reply: Responder) -> None:
    await ack()
    async with reply.report_refusals():
        answer = await cases.claim(action["value"], by)
        await reply.replace_message(render_claimed(answer.case, answer.department))


async def confirm_here(ack: AsyncAck, action: Payload, by: str, cases: CaseUseCases, reply: Responder) -> None:
    await ack()
    async with reply.report_refusals():
        answer = await cases.confirm_crisis(action["value"], by)
        await reply.replace_message(render_confirmed(answer.case, answer.department))


async def renew_lease(ack: AsyncAck, action: Payload, by: str, cases: CaseUseCases, reply: Responder) -> None:
    await ack()
    async with reply.report_refusals():
        answer = await cases.renew_lease(action["value"], by)
        await reply.replace_message(render_lease_renewed(answer.case))


async def release_here(ack: AsyncAck, action: Payload, by: str, cases: CaseUseCases, reply: Responder) -> None:
    await ack()
    async with reply.report_refusals():
        answer = await cases.release(action["value"], by)
        await reply.replace_message(render_released(answer.case, answer.department))
