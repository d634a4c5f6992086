"""Submit Not for us: move the case and record the correction."""

from bot.cards import action_ids
from handlers.modal_submission import submit_modal
from handlers.payloads import SubmittedModal
from handlers.responses import redraw_card, redraw_moved_card
from handlers.use_cases import AsyncAck, CaseUseCases, Payload, Responder

CHOOSE = "Choose whose it is, or nobody."


async def submit_not_for_us(ack: AsyncAck, view: Payload, by: str, cases: CaseUseCases, reply: Responder) -> None:
    form = SubmittedModal(view)
    whose = form.get_value(action_ids.DEPARTMENT)
    if not whose:
        await ack(response_action="errors", errors={action_ids.DEPARTMENT: CHOOSE})
        return
    back = reply.with_response_url(form.origin.response_url)
    nobody = whose == action_ids.NOBODY
    work = cases.correct_route(form.origin.case, by, None if nobody else whose)
    if (answer := await submit_modal(ack, action_ids.DEPARTMENT, work, back)) is None:
        return
    if nobody:
        await redraw_card(answer, back, cases)
    else:
        await redraw_moved_card(answer, form.origin.channel, back, cases)
