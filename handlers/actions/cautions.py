"""*Open post…* where there is something to think of first, and the link behind it. Nobody is kept from it."""

from contextlib import suppress

from bot.cards import action_ids
from bot.cards.author_history import format_caution
from bot.cards.cautions import render_caution_modal
from bot.domain.cases.caution_transitions import ask_caution, note_opening, undo_opening
from bot.domain.commits import NotAllowed, StoreUnavailable
from bot.usecases.cases import CaseView
from handlers.payloads import read_origin
from handlers.use_cases import AsyncAck, CaseUseCases, Payload, Responder


async def open_caution_modal(
    ack: AsyncAck, action: Payload, body: Payload, by: str, cases: CaseUseCases, reply: Responder
) -> None:
    await ack()
    async with reply.report_refusals():
        view = await cases.get(action["value"])
        words, origin = _format_words(view, by), read_origin(body, view.case.id, reply.response_url)
        await reply.open_modal(body, render_caution_modal(view.case, words, origin))
        if words:
            with suppress(NotAllowed, StoreUnavailable):  # it was asked all the same
                await cases.apply(view.case.id, by, ask_caution)


async def open_post(
    ack: AsyncAck, action: Payload, body: Payload, by: str, cases: CaseUseCases, reply: Responder
) -> None:
    """Count a press of the link, which Slack opens by itself."""
    await ack()
    with suppress(NotAllowed, StoreUnavailable):  # it opened all the same
        view = await cases.get(action["value"])
        if words := _format_words(view, by):
            await cases.apply(view.case.id, by, note_opening)
            origin = read_origin(body, view.case.id, "")
            await reply.update_modal(body["view"], render_caution_modal(view.case, words, origin, went_on=True))


async def undo(ack: AsyncAck, action: Payload, body: Payload, by: str, cases: CaseUseCases, reply: Responder) -> None:
    await ack()
    async with reply.report_refusals():
        view = await cases.apply(action["value"], by, undo_opening)
        origin = read_origin(body, view.case.id, "")
        await reply.update_modal(body["view"], render_caution_modal(view.case, _format_words(view, by), origin))


def _format_words(view: CaseView, by: str) -> str:
    return format_caution(view.case, view.department, view.author, view.at, by)


CAUTION_LISTENERS = {
    action_ids.OPEN_ASK: open_caution_modal,
    action_ids.OPEN_ANYWAY: open_post,
    action_ids.OPEN_UNDO: undo,
}
