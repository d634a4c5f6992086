"""The list of unclaimed cases behind a roll-up."""

from bot.cards.roll_ups import render_roll_up_modal
from handlers.use_cases import AsyncAck, Payload, Responder, RollUpUseCases


async def open_roll_up(
    ack: AsyncAck, action: Payload, body: Payload, roll_ups: RollUpUseCases, reply: Responder
) -> None:
    await ack()
    async with reply.report_refusals():
        await reply.open_modal(body, render_roll_up_modal(await roll_ups.get(action["value"])))
