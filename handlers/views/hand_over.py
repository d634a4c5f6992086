"""Hand over, filled in: to a person or to a department, and never to both."""

from slack_bolt.context.ack.async_ack import AsyncAck

from bot.cards import buttons
from bot.usecases.cases import CaseUseCases
from handlers.asking import Payload
from handlers.reading import Form
from handlers.reply import Reply
from handlers.showing import show, show_moved
from handlers.submitting import submit

NOBODY = "Choose a person or a department."
BOTH = "Choose a person or a department, not both: a case has one owner."


async def hand_over(ack: AsyncAck, view: Payload, by: str, cases: CaseUseCases, reply: Reply) -> None:
    form = Form(view)
    person, department = form.given(buttons.PERSON), form.given(buttons.DEPARTMENT)
    if bool(person) == bool(department):
        await ack(response_action="errors", errors={buttons.PERSON: BOTH if person else NOBODY})
        return
    case, back = form.origin.case, reply.at(form.origin.response_url)
    if person:
        if given := await submit(ack, buttons.PERSON, cases.hand_to_person(case, by, person), back, person):
            await show(given, back, cases)
    elif moved := await submit(ack, buttons.DEPARTMENT, cases.hand_to_department(case, by, department), back):
        await show_moved(moved, form.origin.channel, back, cases)
