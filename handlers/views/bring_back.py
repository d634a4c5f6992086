"""Submit Bring it back: open a case for a mention that is no spam, in the selected department."""

from bot.cards import action_ids
from bot.cards.case_messages import render_brought_back
from handlers.modal_submission import submit_modal
from handlers.payloads import SubmittedModal
from handlers.responses import load_spam_page
from handlers.use_cases import AsyncAck, Payload, Responder, SpamReview

CHOOSE = "Choose who should see it."


async def submit_bring_back(ack: AsyncAck, view: Payload, by: str, spam: SpamReview, reply: Responder) -> None:
    form = SubmittedModal(view)
    department = form.get_value(action_ids.DEPARTMENT)
    if not department:
        await ack(response_action="errors", errors={action_ids.DEPARTMENT: CHOOSE})
        return
    back = reply.with_response_url(form.origin.response_url)
    answer = await submit_modal(
        ack, action_ids.DEPARTMENT, spam.restore_mention(form.origin.case, by, department), back
    )
    if answer is None:
        return
    async with back.report_refusals():
        await back.send_ephemeral(render_brought_back(answer.case, answer.department))
        await back.replace_message(await load_spam_page(spam))
