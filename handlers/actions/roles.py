"""Buttons about roles and mutes. They answer by turning into a sentence."""

from handlers.use_cases import AsyncAck, MuteUseCases, Payload, Responder, RoleUseCases


async def accept_policy(ack: AsyncAck, action: Payload, by: str, roles: RoleUseCases, reply: Responder) -> None:
    await ack()
    async with reply.report_refusals():
        await reply.replace_message(await roles.accept_policy(by, action["value"]))


async def undo_role_change(ack: AsyncAck, action: Payload, by: str, roles: RoleUseCases, reply: Responder) -> None:
    await ack()
    async with reply.report_refusals():
        await reply.replace_message(await roles.undo_change(by, action["value"]))


async def mute_author(ack: AsyncAck, action: Payload, by: str, mutes: MuteUseCases, reply: Responder) -> None:
    await ack()
    async with reply.report_refusals():
        await reply.replace_message(await mutes.mute_case_author(by, action["value"]))


async def undo_mute(ack: AsyncAck, action: Payload, by: str, mutes: MuteUseCases, reply: Responder) -> None:
    await ack()
    async with reply.report_refusals():
        await reply.replace_message(await mutes.undo_mute(by, action["value"]))
