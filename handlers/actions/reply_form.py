"""*Reply…* and what is pressed, chosen or typed in its form. The typed text stays, whatever the answer."""

import re
from contextlib import suppress
from urllib.parse import parse_qsl, urlsplit

from bot.cards import action_ids
from bot.cards.reply import render_copy_modal, render_reply_modal, render_reply_save_modal
from bot.domain.commits import NotAllowed, StoreUnavailable
from handlers.payloads import SubmittedModal, read_origin, read_reply_text
from handlers.use_cases import AsyncAck, Payload, ReplyUseCases, Responder

TYPED: dict[str, str | re.Pattern[str]] = {
    "block_id": re.compile(f"^{action_ids.REPLY_TEXT}"),
    "action_id": action_ids.INPUT,
}


async def open_reply_modal(
    ack: AsyncAck, action: Payload, body: Payload, by: str, replies: ReplyUseCases, reply: Responder
) -> None:
    await ack()
    async with reply.report_refusals():
        origin = read_origin(body, action["value"], reply.response_url)
        await reply.open_modal(body, render_reply_modal(await replies.open_form(action["value"], by), origin))


async def revise_reply(ack: AsyncAck, body: Payload, by: str, replies: ReplyUseCases, reply: Responder) -> None:
    """Show what follows from the typed text."""
    await ack()
    async with reply.report_refusals():
        await _redraw_form(body["view"], by, replies, reply)


async def choose_saved_reply(
    ack: AsyncAck, action: Payload, body: Payload, by: str, replies: ReplyUseCases, reply: Responder
) -> None:
    await ack()
    async with reply.report_refusals():
        await _redraw_form(body["view"], by, replies, reply, action["selected_option"]["value"])


async def delete_saved_reply(
    ack: AsyncAck, action: Payload, body: Payload, by: str, replies: ReplyUseCases, reply: Responder
) -> None:
    await ack()
    async with reply.report_refusals():
        await replies.delete(action["value"], by)
        await _redraw_form(body["view"], by, replies, reply)


async def request_draft(ack: AsyncAck, body: Payload, by: str, replies: ReplyUseCases, reply: Responder) -> None:
    """Show a draft below the text. If a saved reply was put in meanwhile, it is shown with the next letter."""
    await ack()
    async with reply.report_refusals():
        origin, (number, text) = SubmittedModal(body["view"]).origin, read_reply_text(body["view"])
        waiting = (await replies.revise(origin.case, by, text))._replace(is_drafting=True)
        shown = await reply.update_modal(body["view"], render_reply_modal(waiting, origin, number), forced=True)
        form = await replies.request_draft(origin.case, by, text)
        is_same = form.insertions == waiting.insertions  # what was typed meanwhile stays in its block
        await reply.update_modal(shown, render_reply_modal(form, origin, number), forced=is_same)


async def use_draft(ack: AsyncAck, body: Payload, by: str, replies: ReplyUseCases, reply: Responder) -> None:
    """Put the draft below what was typed."""
    await ack()
    async with reply.report_refusals():
        form, (number, text) = SubmittedModal(body["view"]), read_reply_text(body["view"])
        drawing = render_reply_modal(await replies.use_draft(form.origin.case, by, text), form.origin, number + 1)
        await reply.update_modal(body["view"], drawing, forced=True)


async def ask_approval(ack: AsyncAck, body: Payload, by: str, replies: ReplyUseCases, reply: Responder) -> None:
    await ack()
    async with reply.report_refusals():
        form, (_, text) = SubmittedModal(body["view"]), read_reply_text(body["view"])
        await replies.ask_approval(form.origin.case, by, text)
        await _redraw_form(body["view"], by, replies, reply)


async def count_opening(
    ack: AsyncAck, body: Payload, action: Payload, by: str, replies: ReplyUseCases, reply: Responder
) -> None:
    """Count a press of the link. Slack opens it by itself; if it lacks what was typed since, show the whole text."""
    await ack()
    (_, typed), linked = read_reply_text(body["view"]), _read_linked_text(body["view"])
    with suppress(NotAllowed, StoreUnavailable):  # it opened all the same
        await replies.count_opening(action["value"], by, typed or linked)
    if typed and linked and not linked.endswith(typed):
        async with reply.report_refusals():
            form = await replies.revise(action["value"], by, typed)
            origin = SubmittedModal(body["view"]).origin
            await reply.open_modal(body, render_copy_modal(form, origin, can_resolve=False, is_late=True))


def _read_linked_text(view: Payload) -> str:
    """Return the text in the link of a form; '' if it has none."""
    elements = (one for block in view["blocks"] for one in block.get("elements", ()))
    url = next((one["url"] for one in elements if one.get("action_id") == action_ids.REPLY_OPEN), "")
    return dict(parse_qsl(urlsplit(url).query)).get("text", "")


async def _redraw_form(view: Payload, by: str, replies: ReplyUseCases, reply: Responder, chosen: str = "") -> None:
    form, (number, text) = SubmittedModal(view), read_reply_text(view)
    revised = await replies.revise(form.origin.case, by, text, chosen)
    drawing = render_reply_modal(revised, form.origin, number + (revised.text != text))
    await reply.update_modal(view, drawing, forced=bool(chosen))  # also if what was typed just before is being drawn


async def open_reply_save_modal(
    ack: AsyncAck, body: Payload, by: str, replies: ReplyUseCases, reply: Responder
) -> None:
    await ack()
    async with reply.report_refusals():
        form, (number, text) = SubmittedModal(body["view"]), read_reply_text(body["view"])
        revised = await replies.revise(form.origin.case, by, text)
        await reply.open_modal(body, render_reply_save_modal(revised, form.origin, number))


REPLY_LISTENERS = {
    action_ids.REPLY: open_reply_modal,
    action_ids.REPLY_CHOOSE: choose_saved_reply,
    action_ids.REPLY_SAVE: open_reply_save_modal,
    action_ids.REPLY_DELETE: delete_saved_reply,
    action_ids.REPLY_DRAFT: request_draft,
    action_ids.REPLY_USE_DRAFT: use_draft,
    action_ids.REPLY_ASK: ask_approval,
    action_ids.REPLY_OPEN: count_opening,
}
