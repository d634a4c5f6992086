"""Buttons about being on call: a change is answered where it was pressed."""

from collections.abc import Awaitable, Callable

from slack_bolt.context.ack.async_ack import AsyncAck

from bot.cards.drawing import Drawing
from bot.usecases.oncall import OnCallUseCases
from handlers.asking import Payload
from handlers.reply import Reply

Listener = Callable[[AsyncAck, Payload, str, OnCallUseCases, Reply], Awaitable[None]]
Ask = Callable[[OnCallUseCases, str, str], Awaitable[Drawing]]
"""By whom, and what stands behind the button."""


def _told(ask: Ask) -> Listener:
    async def tell_answer(ack: AsyncAck, action: Payload, by: str, oncall: OnCallUseCases, reply: Reply) -> None:
        await ack()
        async with reply.saying_no():
            await reply.tell(await ask(oncall, by, action["value"]))

    return tell_answer


def _redrawn(ask: Ask) -> Listener:
    async def tell_answer(ack: AsyncAck, action: Payload, by: str, oncall: OnCallUseCases, reply: Reply) -> None:
        await ack()
        async with reply.saying_no():
            await reply.redraw(await ask(oncall, by, action["value"]))

    return tell_answer


take = _told(lambda oncall, by, schedule: oncall.take_shift(by, schedule))
plead = _told(lambda oncall, by, schedule: oncall.cover_shift(by, f"me {schedule}"))
answer = _redrawn(lambda oncall, by, plea: oncall.answer_cover_request(by, plea))
accept = _redrawn(lambda oncall, by, request: oncall.accept_request(by, request))
decline = _redrawn(lambda oncall, by, request: oncall.decline_request(by, request))
fill = _redrawn(lambda oncall, by, hole: oncall.fill_gap(by, hole))
undo = _redrawn(lambda oncall, by, change: oncall.undo_change(by, change))
