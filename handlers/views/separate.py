"""Separate, filled in: a post that joined wrongly gets a case of its own."""

from slack_bolt.context.ack.async_ack import AsyncAck

from bot.cards import buttons
from bot.usecases.cases import CaseUseCases
from handlers.asking import Payload
from handlers.reading import Form
from handlers.reply import Reply
from handlers.showing import show
from handlers.submitting import submit

CHOOSE = "Choose the post that does not belong here."


async def separate(ack: AsyncAck, view: Payload, by: str, cases: CaseUseCases, reply: Reply) -> None:
    form = Form(view)
    mention = form.given(buttons.MENTION)
    if not mention:
        await ack(response_action="errors", errors={buttons.MENTION: CHOOSE})
        return
    back = reply.at(form.origin.response_url)
    if parted := await submit(ack, buttons.MENTION, cases.separate_mention(form.origin.case, by, mention), back):
        await show(parted[0], back, cases)
