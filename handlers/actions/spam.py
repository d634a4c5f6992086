"""The spam, looked through, and what is none of it brought back."""

from slack_bolt.context.ack.async_ack import AsyncAck

from bot.cards import messages, modals
from bot.cards.modals import Origin
from bot.usecases.spam import SpamReview
from handlers.asking import Payload
from handlers.reply import Reply
from handlers.showing import spam_page


async def look(ack: AsyncAck, reply: Reply, spam: SpamReview) -> None:
    await ack()
    async with reply.saying_no():
        await reply.tell(await spam_page(spam))


async def older(ack: AsyncAck, action: Payload, reply: Reply, spam: SpamReview) -> None:
    await ack()
    async with reply.saying_no():
        await reply.redraw(await spam_page(spam, action["value"]))


async def bring_back(ack: AsyncAck, action: Payload, body: Payload, by: str, reply: Reply, spam: SpamReview) -> None:
    """To where its routes lead; where they lead nowhere, a form asks who should see it."""
    await ack()
    entry = action["value"]
    async with reply.saying_no():
        if not await spam.find_destination(entry):
            kept = await spam.get(entry)
            origin = Origin("", reply.response_url)
            form = modals.bring_back(kept.mention, entry, spam.list_departments(), origin)
            await reply.open(body["trigger_id"], form)
            return
        answer = await spam.restore_mention(entry, by)
        await reply.tell(messages.brought_back(answer.case, answer.department))
        await reply.redraw(await spam_page(spam))
