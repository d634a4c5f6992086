"""Buttons that change a case: on its card, in reminders and in direct messages. *Claim* is in `claims.py`.

The card is updated at once where it was pressed, and by delivery elsewhere.
"""

from collections.abc import Awaitable, Callable

from bot.cards.block_kit import RenderedMessage, render_text
from bot.cards.case_messages import (
    render_confirmed,
    render_lease_renewed,
    render_released,
)
from bot.cards.sanitize import escape
from bot.usecases.cases import CaseView, DecideCase
from handlers.responses import redraw_card
from handlers.use_cases import (
    AsyncAck,
    CaseUseCases,
    ColleagueUseCases,
    Payload,
    Responder,
)

AskCases = Callable[[CaseUseCases, str, str], Awaitable[CaseView]]
"""It gets the id of the case and the person."""


def make_case_listener(ask: AskCases) -> Callable[..., Awaitable[None]]:
    async def change_case(ack: AsyncAck, action: Payload, by: str, cases: CaseUseCases, reply: Responder) -> None:
        await ack()
        async with reply.report_refusals():
            await redraw_card(await ask(cases, action["value"], by), reply, cases)

    return change_case


def make_decision_listener(decide: DecideCase) -> Callable[..., Awaitable[None]]:
    return make_case_listener(lambda cases, case_id, by: cases.apply(case_id, by, decide))


reopen = make_case_listener(lambda cases, case_id, by: cases.reopen(case_id, by))
confirm_crisis = make_case_listener(lambda cases, case_id, by: cases.confirm_crisis(case_id, by))


def make_reminder_listener(
    ask: AskCases, render: Callable[[CaseView], RenderedMessage]
) -> Callable[..., Awaitable[None]]:
    """A sentence replaces the message."""

    async def change_case(ack: AsyncAck, action: Payload, by: str, cases: CaseUseCases, reply: Responder) -> None:
        await ack()
        async with reply.report_refusals():
            await reply.replace_message(render(await ask(cases, action["value"], by)))

    return change_case


confirm_here = make_reminder_listener(
    lambda cases, case_id, by: cases.confirm_crisis(case_id, by),
    lambda view: render_confirmed(view.case, view.department),
)
renew_lease = make_reminder_listener(
    lambda cases, case_id, by: cases.renew_lease(case_id, by), lambda view: render_lease_renewed(view.case)
)
release_here = make_reminder_listener(
    lambda cases, case_id, by: cases.release(case_id, by), lambda view: render_released(view.case, view.department)
)


async def undo_reroute(
    ack: AsyncAck, action: Payload, by: str, colleagues: ColleagueUseCases, reply: Responder
) -> None:
    """Turn the answer to a re-route into a sentence. Delivery draws the card."""
    await ack()
    async with reply.report_refusals():
        case_id, _, back = action["value"].partition("/")
        view = await colleagues.undo_reroute(case_id, by, back)
        await reply.replace_message(render_text(f"↩️ Undone. {escape(view.department.name)} has the case again."))
