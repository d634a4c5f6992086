"""Buttons about the person who wrote: their history, and links between their accounts."""

from bot.cards import action_ids
from bot.cards.person_history import render_account_link, render_person_history
from handlers.payloads import find_modal, read_origin
from handlers.use_cases import AsyncAck, Payload, PersonUseCases, Responder


async def open_person_history(
    ack: AsyncAck, action: Payload, body: Payload, by: str, persons: PersonUseCases, reply: Responder
) -> None:
    await ack()
    async with reply.report_refusals():
        history = await persons.load_history(action["value"], by)
        origin = read_origin(body, action["value"], reply.response_url)
        await reply.open_modal(body, render_person_history(*history, origin))


async def show_person_cases(
    ack: AsyncAck, action: Payload, body: Payload, by: str, persons: PersonUseCases, reply: Responder
) -> None:
    """Show newer or older cases of the person."""
    await ack()
    async with reply.report_refusals():
        case_id, _, start = action["value"].partition("/")
        history = await persons.load_history(case_id, by, int(start))
        if (modal := find_modal(body)) is not None:
            await reply.update_modal(modal, render_person_history(*history, read_origin(body, case_id, "")))


async def open_account_link(
    ack: AsyncAck, action: Payload, body: Payload, by: str, persons: PersonUseCases, reply: Responder
) -> None:
    """Turn the history into the form, which turns back into it."""
    await ack()
    async with reply.report_refusals():
        history = await persons.load_history(action["value"], by)
        if (modal := find_modal(body)) is not None:
            await reply.update_modal(modal, render_account_link(history.case, read_origin(body, history.case.id, "")))


async def unlink_account(
    ack: AsyncAck, action: Payload, body: Payload, by: str, persons: PersonUseCases, reply: Responder
) -> None:
    await ack()
    async with reply.report_refusals():
        case_id, _, person_id = action["value"].partition("/")
        history = await persons.unlink_account(case_id, by, person_id)
        if (modal := find_modal(body)) is not None:
            await reply.update_modal(modal, render_person_history(*history, read_origin(body, case_id, "")))


PERSON_LISTENERS = {
    action_ids.PERSON_HISTORY: open_person_history,
    action_ids.PERSON_CASES: show_person_cases,
    action_ids.PERSON_SAME: open_account_link,
    action_ids.PERSON_UNLINK: unlink_account,
}
