"""Submit Hand over: to a person or to a department, not both."""

from bot.cards import action_ids
from handlers.modal_submission import submit_modal
from handlers.payloads import SubmittedModal
from handlers.responses import redraw_card, redraw_moved_card
from handlers.use_cases import AsyncAck, CaseUseCases, Payload, Responder

NOBODY = "Choose a person or a department."
BOTH = "Choose a person or a department, not both: a case has one owner."


async def submit_hand_over(ack: AsyncAck, view: Payload, by: str, cases: CaseUseCases, reply: Responder) -> None:
    form = SubmittedModal(view)
    person, department = form.get_value(action_ids.PERSON), form.get_value(action_ids.DEPARTMENT)
    if bool(person) == bool(department):
        await ack(response_action="errors", errors={action_ids.PERSON: BOTH if person else NOBODY})
        return
    case, back = form.origin.case, reply.with_response_url(form.origin.response_url)
    if person:
        if given := await submit_modal(ack, action_ids.PERSON, cases.hand_to_person(case, by, person), back, person):
            await redraw_card(given, back, cases)
    elif moved := await submit_modal(ack, action_ids.DEPARTMENT, cases.hand_to_department(case, by, department), back):
        await redraw_moved_card(moved, form.origin.channel, back, cases)
