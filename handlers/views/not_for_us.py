"""Not for us, filled in: the case goes where it belongs, and the correction is kept."""

from slack_bolt.context.ack.async_ack import AsyncAck

from bot.cards import buttons
from bot.usecases.cases import CaseUseCases
from handlers.asking import Payload
from handlers.reading import SubmittedModal
from handlers.reply import Responder
from handlers.showing import redraw_card, redraw_moved_card
from handlers.submitting import submit_modal

CHOOSE = "Choose whose it is, or nobody."


async def submit_not_for_us(ack: AsyncAck, view: Payload, by: str, cases: CaseUseCases, reply: Responder) -> None:
    form = SubmittedModal(view)
    whose = form.get_value(buttons.DEPARTMENT)
    if not whose:
        await ack(response_action="errors", errors={buttons.DEPARTMENT: CHOOSE})
        return
    back = reply.with_response_url(form.origin.response_url)
    nobody = whose == buttons.NOBODY
    work = cases.correct_route(form.origin.case, by, None if nobody else whose)
    if (answer := await submit_modal(ack, buttons.DEPARTMENT, work, back)) is None:
        return
    if nobody:
        await redraw_card(answer, back, cases)
    else:
        await redraw_moved_card(answer, form.origin.channel, back, cases)
