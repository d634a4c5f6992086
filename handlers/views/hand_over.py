"""Hand over, filled in: to a person or to a department, and never to both."""

from slack_bolt.context.ack.async_ack import AsyncAck

from bot.cards import buttons
from bot.usecases.cases import CaseUseCases
from handlers.asking import Payload
from handlers.reading import SubmittedModal
from handlers.reply import Responder
from handlers.showing import redraw_card, redraw_moved_card
from handlers.submitting import submit_modal

NOBODY = "Choose a person or a department."
BOTH = "Choose a person or a department, not both: a case has one owner."


async def submit_hand_over(ack: AsyncAck, view: Payload, by: str, cases: CaseUseCases, reply: Responder) -> None:
    form = SubmittedModal(view)
    person, department = form.get_value(buttons.PERSON), form.get_value(buttons.DEPARTMENT)
    if bool(person) == bool(department):
        await ack(response_action="errors", errors={buttons.PERSON: BOTH if person else NOBODY})
        return
    case, back = form.origin.case, reply.with_response_url(form.origin.response_url)
    if person:
        if given := await submit_modal(ack, buttons.PERSON, cases.hand_to_person(case, by, person), back, person):
            await redraw_card(given, back, cases)
    elif moved := await submit_modal(ack, buttons.DEPARTMENT, cases.hand_to_department(case, by, department), back):
        await redraw_moved_card(moved, form.origin.channel, back, cases)
