"""The list of unclaimed cases behind a roll-up: opened as a modal, and claimed from there."""

from bot.cards.roll_ups import render_roll_up_modal
from bot.domain.commits import NotAllowed
from handlers.use_cases import AsyncAck, CaseUseCases, Payload, Responder, RollUpUseCases


async def open_roll_up(
    ack: AsyncAck, action: Payload, body: Payload, roll_ups: RollUpUseCases, reply: Responder
) -> None:
    await ack()
    async with reply.report_refusals():
        await reply.open_modal(body, render_roll_up_modal(await roll_ups.get(action["value"])))


async def claim_in_roll_up(
    ack: AsyncAck,
    action: Payload,
    body: Payload,
    by: str,
    cases: CaseUseCases,
    roll_ups: RollUpUseCases,
    reply: Responder,
) -> None:
    """The list follows at once; a refusal is shown above it."""
    await ack()
    note = ""
    async with reply.report_refusals():
        try:
            await cases.claim(action["value"], by)
        except NotAllowed as no:
            note = str(no)
        if view := body.get("view"):
            await reply.update_modal(view, render_roll_up_modal(await roll_ups.get(view["private_metadata"]), note))
