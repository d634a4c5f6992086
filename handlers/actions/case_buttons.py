"""Claim, Release, Reopen and Confirm crisis on the card of a case, which is updated at once."""

from handlers.responses import redraw_card
from handlers.use_cases import AsyncAck, CaseUseCases, Payload, Responder


async def claim(ack: AsyncAck, action: Payload, by: str, cases: CaseUseCases, reply: Responder) -> None:
    await ack()
    async with reply.report_refusals():
        await redraw_card(await cases.claim(action["value"], by), reply, cases)


async def release(ack: AsyncAck, action: Payload, by: str, cases: CaseUseCases, reply: Responder) -> None:
    await ack()
    async with reply.report_refusals():
        await redraw_card(await cases.release(action["value"], by), reply, cases)


async def reopen(ack: AsyncAck, action: Payload, by: str, cases: CaseUseCases, reply: Responder) -> None:
    await ack()
    async with reply.report_refusals():
        await redraw_card(await cases.reopen(action["value"], by), reply, cases)


async def confirm_crisis(ack: AsyncAck, action: Payload, by: str, cases: CaseUseCases, reply: Responder) -> None:
    await ack()
    async with reply.report_refusals():
        await redraw_card(await cases.confirm_crisis(action["value"], by), reply, cases)
