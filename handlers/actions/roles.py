"""Buttons about roles and mutes. They answer by turning into a sentence."""

from bot.cards.block_kit import RenderedMessage
from bot.cards.modal_blocks import ModalMetadata
from handlers.actions.corrections import render_explanation
from handlers.payloads import find_modal
from handlers.use_cases import AsyncAck, DayMessageUseCases, Payload, Responder, RoleUseCases, UseCases


async def accept_policy(ack: AsyncAck, action: Payload, by: str, roles: RoleUseCases, reply: Responder) -> None:
    await ack()
    async with reply.report_refusals():
        await reply.replace_message(await roles.accept_policy(by, action["value"]))


async def undo_role_change(ack: AsyncAck, action: Payload, by: str, roles: RoleUseCases, reply: Responder) -> None:
    await ack()
    async with reply.report_refusals():
        await reply.replace_message(await roles.undo_change(by, action["value"]))


async def undo_day_message(
    ack: AsyncAck, action: Payload, by: str, day_messages: DayMessageUseCases, reply: Responder
) -> None:
    await ack()
    async with reply.report_refusals():
        await reply.replace_message(await day_messages.undo(by, action["value"]))


async def mute_author(
    ack: AsyncAck,
    action: Payload,
    body: Payload,
    by: str,
    usecases: UseCases,
    reply: Responder,
) -> None:
    await ack()
    async with reply.report_refusals():
        receipt = await usecases.mutes.mute_case_author(by, action["value"])
        await _show_mute_receipt(receipt, body, by, usecases, reply)


async def undo_mute(
    ack: AsyncAck,
    action: Payload,
    body: Payload,
    by: str,
    usecases: UseCases,
    reply: Responder,
) -> None:
    await ack()
    async with reply.report_refusals():
        receipt = await usecases.mutes.undo_mute(by, action["value"])
        await _show_mute_receipt(receipt, body, by, usecases, reply)


async def _show_mute_receipt(
    receipt: RenderedMessage, body: Payload, by: str, usecases: UseCases, reply: Responder
) -> None:
    """Replace the message with the button; in *Why?*, say it on top, where the button below changes, too."""
    if (modal := find_modal(body)) is None:
        await reply.replace_message(receipt)
        return
    origin = ModalMetadata.from_json(modal["private_metadata"])
    answer = await usecases.cases.get(origin.case)
    await reply.update_modal(modal, await render_explanation(answer, by, origin, usecases, receipt.blocks[0]))
