"""Buttons of the ledger: each opens a form."""

from bot.cards import action_ids
from bot.cards.ledger_entries import render_add_modal, render_entry_modal, render_ledger_receipt
from handlers.payloads import read_origin
from handlers.responder import put_notice
from handlers.use_cases import AsyncAck, LedgerUseCases, Payload, Responder


async def open_add_modal(
    ack: AsyncAck, action: Payload, body: Payload, by: str, ledger: LedgerUseCases, reply: Responder
) -> None:
    await ack()
    async with reply.report_refusals():
        asked = await ledger.find_cases(action["value"], by)
        await reply.open_modal(body, render_add_modal(asked, read_origin(body, action["value"], reply.response_url)))


async def open_entry_modal(
    ack: AsyncAck, action: Payload, body: Payload, by: str, ledger: LedgerUseCases, reply: Responder
) -> None:
    await ack()
    async with reply.report_refusals():
        found = await ledger.get(action["value"], by)
        await reply.open_modal(body, render_entry_modal(*found, by, read_origin(body, "", reply.response_url)))


async def remove_case(
    ack: AsyncAck, action: Payload, body: Payload, by: str, ledger: LedgerUseCases, reply: Responder
) -> None:
    """Take a case out, and show the form of what is left, with a sentence at its top."""
    await ack()
    async with reply.report_refusals():
        entry, modal = await ledger.remove_case(action["value"], by), body["view"]
        if entry.people:
            modal = render_entry_modal(*await ledger.get(entry.id, by), by, read_origin(body, "", ""))
        await reply.update_modal(body["view"], put_notice(modal, render_ledger_receipt(entry, is_removal=True)))


LEDGER_LISTENERS = {
    action_ids.LEDGER_ADD: open_add_modal,
    action_ids.LEDGER_OPEN: open_entry_modal,
    action_ids.LEDGER_REMOVE: remove_case,
}
