"""Buttons about being on call: a change is answered where it was pressed."""

from collections.abc import Awaitable, Callable

from slack_bolt.context.ack.async_ack import AsyncAck

from bot.cards.drawing import Drawing
from bot.usecases.oncall import OnCall
from handlers.asking import Payload
from handlers.reply import Reply

Listener = Callable[[AsyncAck, Payload, str, OnCall, Reply], Awaitable[None]]
Ask = Callable[[OnCall, str, str], Awaitable[Drawing]]
"""By whom, and what stands behind the button."""


def _told(ask: Ask) -> Listener:
    async def tell_answer(ack: AsyncAck, action: Payload, by: str, oncall: OnCall, reply: Reply) -> None:
        await ack()
        async with reply.saying_no():
            await reply.tell(await ask(oncall, by, action["value"]))

    return tell_answer


def _redrawn(ask: Ask) -> Listener:
    async def tell_answer(ack: AsyncAck, action: Payload, by: str, oncall: OnCall, reply: Reply) -> None:
        await ack()
        async with reply.saying_no():
            await reply.redraw(await ask(oncall, by, action["value"]))

    return tell_answer


take = _told(lambda oncall, by, schedule: oncall.take(by, schedule))
plead = _told(lambda oncall, by, schedule: oncall.cover(by, f"me {schedule}"))
answer = _redrawn(lambda oncall, by, plea: oncall.answer(by, plea))
accept = _redrawn(lambda oncall, by, request: oncall.accept(by, request))
decline = _redrawn(lambda oncall, by, request: oncall.decline(by, request))
fill = _redrawn(lambda oncall, by, hole: oncall.fill(by, hole))
undo = _redrawn(lambda oncall, by, change: oncall.undo(by, change))
