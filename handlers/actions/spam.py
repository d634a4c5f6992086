"""Buttons to page through spam and to restore a mention."""

from bot.cards.case_messages import render_brought_back
from bot.cards.modal_blocks import ModalMetadata
from bot.cards.modals import render_bring_back_modal
from handlers.responses import load_spam_page
from handlers.use_cases import AsyncAck, Payload, Responder, SpamReview


async def show_spam(ack: AsyncAck, reply: Responder, spam: SpamReview) -> None:
    await ack()
    async with reply.report_refusals():
        await reply.send_ephemeral(await load_spam_page(spam))


async def show_older_spam(ack: AsyncAck, action: Payload, reply: Responder, spam: SpamReview) -> None:
    await ack()
    async with reply.report_refusals():
        await reply.replace_message(await load_spam_page(spam, action["value"]))


async def bring_back(
    ack: AsyncAck, action: Payload, body: Payload, by: str, reply: Responder, spam: SpamReview
) -> None:
    """Restore a mention by its route; where no route matches, open a modal that asks for a department."""
    await ack()
    entry = action["value"]
    async with reply.report_refusals():
        if not await spam.find_destination(entry):
            kept = await spam.get(entry)
            origin = ModalMetadata("", reply.response_url)
            form = render_bring_back_modal(kept.mention, entry, spam.list_departments(), origin)
            await reply.open_modal(body, form)
            return
        answer = await spam.restore_mention(entry, by)
        await reply.send_ephemeral(render_brought_back(answer.case, answer.department))
        await reply.replace_message(await load_spam_page(spam))
