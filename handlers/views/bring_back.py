"""Bring it back, filled in: spam that is none opens a case in the department that a person chose."""

from slack_bolt.context.ack.async_ack import AsyncAck

from bot.cards import buttons, messages
from bot.usecases.spam import SpamReview
from handlers.asking import Payload
from handlers.reading import SubmittedModal
from handlers.reply import Responder
from handlers.showing import load_spam_page
from handlers.submitting import submit_modal

CHOOSE = "Choose who should see it."


async def submit_bring_back(ack: AsyncAck, view: Payload, by: str, spam: SpamReview, reply: Responder) -> None:
    form = SubmittedModal(view)
    department = form.get_value(buttons.DEPARTMENT)
    if not department:
        await ack(response_action="errors", errors={buttons.DEPARTMENT: CHOOSE})
        return
    back = reply.with_response_url(form.origin.response_url)
    answer = await submit_modal(ack, buttons.DEPARTMENT, spam.restore_mention(form.origin.case, by, department), back)
    if answer is None:
        return
    async with back.report_refusals():
        await back.send_ephemeral(messages.render_brought_back(answer.case, answer.department))
        await back.replace_message(await load_spam_page(spam))
