"""Bring it back, filled in: spam that is none opens a case in the department that a person chose."""

from slack_bolt.context.ack.async_ack import AsyncAck

from bot.cards import buttons, messages
from bot.usecases.spam import SpamReview
from handlers.asking import Payload
from handlers.reading import Form
from handlers.reply import Reply
from handlers.showing import spam_page
from handlers.submitting import submit

CHOOSE = "Choose who should see it."


async def bring_back(ack: AsyncAck, view: Payload, by: str, spam: SpamReview, reply: Reply) -> None:
    form = Form(view)
    department = form.given(buttons.DEPARTMENT)
    if not department:
        await ack(response_action="errors", errors={buttons.DEPARTMENT: CHOOSE})
        return
    back = reply.at(form.origin.response_url)
    answer = await submit(ack, buttons.DEPARTMENT, spam.restore_mention(form.origin.case, by, department), back)
    if answer is None:
        return
    async with back.saying_no():
        await back.tell(messages.brought_back(answer.case, answer.department))
        await back.redraw(await spam_page(spam))
