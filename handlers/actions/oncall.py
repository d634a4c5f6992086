"""Buttons about on-call shifts."""

from collections.abc import Awaitable, Callable

from bot.cards.block_kit import RenderedMessage
from handlers.use_cases import AsyncAck, OnCallUseCases, Payload, Responder

Listener = Callable[[AsyncAck, Payload, str, OnCallUseCases, Responder], Awaitable[None]]
Ask = Callable[[OnCallUseCases, str, str], Awaitable[RenderedMessage]]
"""Takes the use cases, the person, and the value of the button."""


def _make_tell_listener(ask: Ask) -> Listener:
    async def tell_answer(ack: AsyncAck, action: Payload, by: str, oncall: OnCallUseCases, reply: Responder) -> None:
        await ack()
        async with reply.report_refusals():
            await reply.send_ephemeral(await ask(oncall, by, action["value"]))

    return tell_answer


def _make_replace_listener(ask: Ask) -> Listener:
    async def tell_answer(ack: AsyncAck, action: Payload, by: str, oncall: OnCallUseCases, reply: Responder) -> None:
        await ack()
        async with reply.report_refusals():
            await reply.replace_message(await ask(oncall, by, action["value"]))

    return tell_answer


take = _make_tell_listener(lambda oncall, by, schedule: oncall.take_shift(by, schedule))
plead = _make_tell_listener(lambda oncall, by, schedule: oncall.cover_shift(by, f"me {schedule}"))
answer = _make_replace_listener(lambda oncall, by, plea: oncall.answer_cover_request(by, plea))
accept = _make_replace_listener(lambda oncall, by, request: oncall.accept_request(by, request))
decline = _make_replace_listener(lambda oncall, by, request: oncall.decline_request(by, request))
fill = _make_replace_listener(lambda oncall, by, hole: oncall.fill_gap(by, hole))
undo = _make_replace_listener(lambda oncall, by, change: oncall.undo_change(by, change))
