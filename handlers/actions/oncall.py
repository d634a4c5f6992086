"""Buttons about on-call shifts."""

from collections.abc import Awaitable, Callable

from bot.cards.block_kit import RenderedMessage
from handlers.use_cases import AsyncAck, OnCallUseCases, Payload, Responder

Listener = Callable[[AsyncAck, Payload, str, OnCallUseCases, Responder], Awaitable[None]]
Ask = Callable[[OnCallUseCases, str, str], Awaitable[RenderedMessage]]
"""Takes the use cases, the person, and the value of the button."""


def _make_listener(ask: Ask, *, replace: bool) -> Listener:
    async def handle_button(ack: AsyncAck, action: Payload, by: str, oncall: OnCallUseCases, reply: Responder) -> None:
        await ack()
        async with reply.report_refusals():
            message = await ask(oncall, by, action["value"])
            await (reply.replace_message(message) if replace else reply.send_ephemeral(message))

    return handle_button


take = _make_listener(lambda oncall, by, schedule: oncall.take_shift(by, schedule), replace=False)
plead = _make_listener(lambda oncall, by, schedule: oncall.cover_shift(by, f"me {schedule}"), replace=False)
answer = _make_listener(lambda oncall, by, request: oncall.answer_cover_request(by, request), replace=True)
accept = _make_listener(lambda oncall, by, request: oncall.accept_request(by, request), replace=True)
decline = _make_listener(lambda oncall, by, request: oncall.decline_request(by, request), replace=True)
fill = _make_listener(lambda oncall, by, gap: oncall.fill_gap(by, gap), replace=True)
undo = _make_listener(lambda oncall, by, change: oncall.undo_change(by, change), replace=True)
