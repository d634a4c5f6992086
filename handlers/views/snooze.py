"""Submit Snooze: until when."""

from bot.cards import action_ids
from bot.domain.cases.snooze_transitions import SnoozeChoice
from handlers.modal_submission import submit_modal
from handlers.payloads import SubmittedModal
from handlers.responses import redraw_card
from handlers.use_cases import AsyncAck, CaseUseCases, Payload, Responder

CHOOSE = "Choose until when."


async def submit_snooze(ack: AsyncAck, view: Payload, by: str, cases: CaseUseCases, reply: Responder) -> None:
    form = SubmittedModal(view)
    until = form.get_value(action_ids.UNTIL)
    if until not in set(SnoozeChoice):
        await ack(response_action="errors", errors={action_ids.UNTIL: CHOOSE})
        return
    back = reply.with_response_url(form.origin.response_url)
    work = cases.snooze(form.origin.case, by, SnoozeChoice(until))
    if answer := await submit_modal(ack, action_ids.UNTIL, work, back):
        await redraw_card(answer, back, cases)
