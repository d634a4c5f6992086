"""Buttons about roles and mutes. They answer by turning into a sentence."""

from bot.cards.block_kit import RenderedMessage
from bot.cards.modal_blocks import ModalMetadata
from handlers.actions.corrections import render_explanation
from handlers.payloads import find_modal
from handlers.use_cases import AsyncAck, CaseUseCases, MuteUseCases, Payload, Responder, RoleUseCases


async def accept_policy(ack: AsyncAck, action: Payload, by: str, roles: RoleUseCases, reply: Responder) -> None:
    await ack()
    async with reply.report_refusals():
        await reply.replace_message(await roles.accept_policy(by, action["value"]))


async def undo_role_change(ack: AsyncAck, action: Payload, by: str, roles: RoleUseCases, reply: Responder) -> None:
    await ack()
    async with reply.report_refusals():
        await reply.replace_message(await roles.undo_change(by, action["value"]))


async def mute_author(
    ack: AsyncAck,
    action: Payload,
    body: Payload,
    by: str,
    cases: CaseUseCases,
    mutes: MuteUseCases,
    reply: Responder,
) -> None:
    await ack()
    async with reply.report_refusals():
        receipt = await mutes.mute_case_author(by, action["value"])
        await _show_mute_receipt(receipt, body, by, cases, mutes, reply)


async def undo_mute(
    ack: AsyncAck,
    action: Payload,
    body: Payload,
    by: str,
    cases: CaseUseCases,
    mutes: MuteUseCases,
    reply: Responder,
) -> None:
    await ack()
    async with reply.report_refusals():
        receipt = await mutes.undo_mute(by, action["value"])
        await _show_mute_receipt(receipt, body, by, cases, mutes, reply)


async def _show_mute_receipt(
    receipt: RenderedMessage, body: Payload, by: str, cases: CaseUseCases, mutes: MuteUseCases, reply: Responder
) -> None:
    """Replace the message with the button; in *Why?*, say it on top, where the button below changes, too."""
    if (modal := find_modal(body)) is None:
        await reply.replace_message(receipt)
        return
    origin = ModalMetadata.from_json(modal["private_metadata"])
    answer = await cases.get(origin.case)
    await reply.update_modal(modal, await render_explanation(answer, by, origin, mutes, receipt.blocks[0]))
