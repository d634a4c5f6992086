"""Submitted modals about the person who wrote: a note and labels, and another account of theirs."""

from bot.cards import action_ids
from bot.cards.person_history import render_account_link, render_person_history
from bot.domain.commits import NotAllowed, StoreUnavailable
from bot.domain.persons.person import PersonLabel
from handlers.modal_submission import format_refusal
from handlers.payloads import SubmittedModal
from handlers.responder import AWAY
from handlers.use_cases import AsyncAck, Payload, PersonUseCases

NO_LETTERS = "Type a name or a handle."
NO_CHOICE = "Choose an account, or type other words."
_LABELS = {label.value: label for label in PersonLabel}


async def submit_person_history(ack: AsyncAck, view: Payload, by: str, persons: PersonUseCases) -> None:
    """Save, and show what is known now."""
    form = SubmittedModal(view)
    note = form.find_block(action_ids.NOTE)
    chosen, shown = (
        [_LABELS[word] for word in words if word in _LABELS]
        for words in (form.list_values(form.find_block(action_ids.LABELS)), form.origin.labels.split(","))
    )
    try:
        saved = await persons.save_history(form.origin.case, by, form.get_value(note), chosen, shown)
    except (NotAllowed, StoreUnavailable) as no:
        await ack(response_action="errors", errors={note: _describe(no)})
        return
    origin = form.origin._replace(saves=form.origin.saves + 1)
    await ack(response_action="update", view=render_person_history(*saved, origin))


async def submit_account_link(ack: AsyncAck, view: Payload, by: str, persons: PersonUseCases) -> None:
    """Search an account, or link the one that was chosen, unless other words were typed since."""
    form = SubmittedModal(view)
    words, block = form.get_value(action_ids.AUTHOR), form.find_block(action_ids.ACCOUNT)
    is_found = block == f"{action_ids.ACCOUNT}:{words}"
    chosen = form.get_value(block) if is_found else ""
    if not words or (is_found and not chosen):
        errors = {block: NO_CHOICE} if words else {action_ids.AUTHOR: NO_LETTERS}
        await ack(response_action="errors", errors=errors)
        return
    try:
        if chosen:
            linked = await persons.link_account(form.origin.case, by, chosen)
            await ack(response_action="update", view=render_person_history(*linked, form.origin))
            return
        matches = await persons.search_accounts(form.origin.case, by, words)
        case = (await persons.load_history(form.origin.case, by)).case
    except (NotAllowed, StoreUnavailable) as no:
        await ack(response_action="errors", errors={block if chosen else action_ids.AUTHOR: _describe(no)})
        return
    await ack(response_action="update", view=render_account_link(case, form.origin, words, matches))


def _describe(no: NotAllowed | StoreUnavailable) -> str:
    return format_refusal(str(no)) if isinstance(no, NotAllowed) else AWAY
