"""Not for us, filled in: the case goes where it belongs, and the correction is kept."""

from slack_bolt.context.ack.async_ack import AsyncAck

from bot.cards import buttons
from bot.usecases.cases import CaseUseCases
from handlers.asking import Payload
from handlers.reading import Form
from handlers.reply import Reply
from handlers.showing import show, show_moved
from handlers.submitting import submit

CHOOSE = "Choose whose it is, or nobody."


async def not_for_us(ack: AsyncAck, view: Payload, by: str, cases: CaseUseCases, reply: Reply) -> None:
    form = Form(view)
    whose = form.given(buttons.DEPARTMENT)
    if not whose:
        await ack(response_action="errors", errors={buttons.DEPARTMENT: CHOOSE})
        return
    back = reply.at(form.origin.response_url)
    nobody = whose == buttons.NOBODY
    work = cases.correct_route(form.origin.case, by, None if nobody else whose)
    if (answer := await submit(ack, buttons.DEPARTMENT, work, back)) is None:
        return
    if nobody:
        await show(answer, back, cases)
    else:
        await show_moved(answer, form.origin.channel, back, cases)
