"""Buttons that change a case, on its card, which is updated at once."""

from collections.abc import Awaitable, Callable

from bot.usecases.cases import CaseView, DecideCase
from handlers.responses import redraw_card
from handlers.use_cases import AsyncAck, CaseUseCases, Payload, Responder


def make_case_listener(ask: Callable[[CaseUseCases, str, str], Awaitable[CaseView]]) -> Callable[..., Awaitable[None]]:
    """`ask` gets the id of the case and the person."""

    async def change_case(ack: AsyncAck, action: Payload, by: str, cases: CaseUseCases, reply: Responder) -> None:
        await ack()
        async with reply.report_refusals():
            await redraw_card(await ask(cases, action["value"], by), reply, cases)

    return change_case


def make_decision_listener(decide: DecideCase) -> Callable[..., Awaitable[None]]:
    return make_case_listener(lambda cases, case_id, by: cases.apply(case_id, by, decide))


reopen = make_case_listener(lambda cases, case_id, by: cases.reopen(case_id, by))
confirm_crisis = make_case_listener(lambda cases, case_id, by: cases.confirm_crisis(case_id, by))
