"""Buttons of the ledger: each opens a form."""

from bot.cards import action_ids
from bot.cards.ledger_entries import render_add_modal, render_entry_modal
from handlers.payloads import read_origin
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


LEDGER_LISTENERS = {action_ids.LEDGER_ADD: open_add_modal, action_ids.LEDGER_OPEN: open_entry_modal}
