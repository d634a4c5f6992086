"""Submit Separate: open a case of its own for a post that joined wrongly."""

from bot.cards import action_ids
from handlers.modal_submission import submit_modal
from handlers.payloads import SubmittedModal
from handlers.responses import redraw_card
from handlers.use_cases import AsyncAck, CaseUseCases, Payload, Responder

CHOOSE = "Choose the post that does not belong here."


async def submit_separation(ack: AsyncAck, view: Payload, by: str, cases: CaseUseCases, reply: Responder) -> None:
    form = SubmittedModal(view)
    mention = form.get_value(action_ids.MENTION)
    if not mention:
        await ack(response_action="errors", errors={action_ids.MENTION: CHOOSE})
        return
    back = reply.with_response_url(form.origin.response_url)
    if parted := await submit_modal(
        ack, action_ids.MENTION, cases.separate_mention(form.origin.case, by, mention), back
    ):
        await redraw_card(parted[0], back, cases)
