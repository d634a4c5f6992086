"""The form of a reply, submitted or closed; a saved reply, submitted."""

from contextlib import suppress

from bot.cards import action_ids
from bot.cards.reply import build_text_block, render_copy_modal, render_reply_modal
from bot.domain.commits import NotAllowed, StoreUnavailable
from handlers.modal_submission import format_refusal
from handlers.payloads import SubmittedModal, read_reply_text
from handlers.responder import AWAY
from handlers.use_cases import AsyncAck, Payload, ReplyUseCases, Responder

NO_TEXT = "Type a reply, or choose a saved one."
NO_NAME = "Name it in a few words."


async def submit_reply(ack: AsyncAck, view: Payload, by: str, replies: ReplyUseCases) -> None:
    """Show the text to copy on top of the form, to which *Back* leads; or in its place, if it is the third form."""
    form, (number, text) = SubmittedModal(view), read_reply_text(view)
    block = build_text_block(number)
    if not text:
        await ack(response_action="errors", errors={block: NO_TEXT})
        return
    try:
        revised = await replies.revise(form.origin.case, by, text)
    except (NotAllowed, StoreUnavailable) as no:
        await ack(response_action="errors", errors={block: _format_error(no)})
        return
    below = view.get("previous_view_id")
    is_third = bool(below) and below != view.get("root_view_id")
    copy = render_copy_modal(revised, form.origin, can_resolve=not below)
    await ack(response_action="update" if is_third else "push", view=copy)


async def close_reply(ack: AsyncAck, view: Payload, by: str, replies: ReplyUseCases) -> None:
    await ack()
    with suppress(NotAllowed, StoreUnavailable):  # it is forgotten by itself
        await replies.stop(SubmittedModal(view).origin.case, by)


async def submit_saved_reply(ack: AsyncAck, view: Payload, by: str, replies: ReplyUseCases, reply: Responder) -> None:
    """Save it, and show it in the menu of the form below, whose text stays."""
    form, (number, text) = SubmittedModal(view), read_reply_text(view)
    name, block = form.get_value(action_ids.REPLY_NAME), build_text_block(number)
    required = ((action_ids.REPLY_NAME, name, NO_NAME), (block, text, NO_TEXT))
    if errors := {one: words for one, given, words in required if not given}:
        await ack(response_action="errors", errors=errors)
        return
    try:
        await replies.save(form.origin.case, by, name, text)
    except (NotAllowed, StoreUnavailable) as no:
        await ack(response_action="errors", errors={action_ids.REPLY_NAME: _format_error(no)})
        return
    await ack()
    with suppress(NotAllowed, StoreUnavailable):  # it is saved, and the next opening shows it
        before = next(one["element"]["initial_value"] for one in view["blocks"] if one["block_id"] == block)
        drawing = render_reply_modal(await replies.revise(form.origin.case, by, before), form.origin, number)
        await reply.update_modal({"id": view["previous_view_id"]}, drawing, forced=True)


def _format_error(no: NotAllowed | StoreUnavailable) -> str:
    return format_refusal(str(no)) if isinstance(no, NotAllowed) else AWAY
