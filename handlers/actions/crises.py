"""Buttons of a crisis: declare one from a spike, complete an item of the checklist."""

from bot.cards.modal_blocks import ModalMetadata
from handlers.use_cases import AsyncAck, CrisisUseCases, Payload, Responder


async def open_crisis_modal(
    ack: AsyncAck, action: Payload, body: Payload, crises: CrisisUseCases, reply: Responder
) -> None:
    await ack()
    async with reply.report_refusals():
        await reply.open_modal(body, await crises.build_form(ModalMetadata(action["value"], reply.response_url)))


async def complete_checklist_item(
    ack: AsyncAck, action: Payload, by: str, crises: CrisisUseCases, reply: Responder
) -> None:
    await ack()
    async with reply.report_refusals():
        await reply.replace_message(await crises.complete_checklist_item(by, action["value"]))
