"""Snooze: open its form, or say at once why it would be refused."""

from bot.cards.modal_blocks import ModalMetadata
from bot.cards.snooze import render_snooze_modal
from handlers.use_cases import AsyncAck, CaseUseCases, Payload, Responder


async def open_snooze_modal(
    ack: AsyncAck, action: Payload, body: Payload, by: str, cases: CaseUseCases, reply: Responder
) -> None:
    await ack()
    async with reply.report_refusals():
        answer = await cases.check_snooze(action["value"], by)
        origin = ModalMetadata(action["value"], reply.response_url, body.get("channel", {}).get("id", ""))
        await reply.open_modal(body, render_snooze_modal(answer.department, answer.at, origin))
