"""Submitted forms of the ledger."""

from bot.cards import action_ids
from bot.cards.ledger_entries import EntryForm, render_ledger_receipt
from bot.domain.ledger.entry import EntryState
from handlers.modal_submission import submit_modal
from handlers.payloads import SubmittedModal
from handlers.use_cases import AsyncAck, LedgerUseCases, Payload, Responder

CHOOSE_STATE = "Choose a state."


async def submit_ledger_add(ack: AsyncAck, view: Payload, by: str, ledger: LedgerUseCases, reply: Responder) -> None:
    form = SubmittedModal(view)
    entry, title = form.get_value(action_ids.ENTRY), form.get_value(action_ids.HEADLINE)
    back = reply.with_response_url(form.origin.response_url)
    added = await submit_modal(ack, action_ids.HEADLINE, ledger.add(form.origin.case, entry, title, by), back)
    if added:
        await back.send_ephemeral(render_ledger_receipt(added))


async def submit_ledger_entry(ack: AsyncAck, view: Payload, by: str, ledger: LedgerUseCases, reply: Responder) -> None:
    form = SubmittedModal(view)
    title, state, link = map(form.get_value, (action_ids.HEADLINE, action_ids.STATUS, action_ids.ADDRESS))
    if state not in set(EntryState):
        await ack(response_action="errors", errors={action_ids.STATUS: CHOOSE_STATE})
        return
    shown = EntryForm.from_json(form.origin.case)
    work = ledger.change(shown, EntryForm(shown.entry, title, state, link), form.get_value(action_ids.ENTRY), by)
    back = reply.with_response_url(form.origin.response_url)
    if changed := await submit_modal(ack, action_ids.ADDRESS, work, back):
        await back.send_ephemeral(render_ledger_receipt(changed))
