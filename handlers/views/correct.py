"""A correction, filled in: the card follows at once, and what was thought is kept beside what it is."""

from bot.cards.modals import CORRECTING
from handlers.modal_submission import submit_modal
from handlers.payloads import SubmittedModal
from handlers.responses import redraw_corrected_card
from handlers.use_cases import AsyncAck, CaseUseCases, CorrectionUseCases, Payload, Responder

CHOOSE = "Choose what it is instead."


async def submit_correction(
    ack: AsyncAck, view: Payload, by: str, cases: CaseUseCases, corrections: CorrectionUseCases, reply: Responder
) -> None:
    form = SubmittedModal(view)
    kind = next((one for one in CORRECTING if form.has_input(one.value)), None)
    now = form.get_value(kind.value) if kind else ""
    if kind is None or not now:
        await ack(response_action="errors", errors={(kind or next(iter(CORRECTING))).value: CHOOSE})
        return
    back = reply.with_response_url(form.origin.response_url)
    work = corrections.correct_case(form.origin.case, kind, now, by)
    if corrected := await submit_modal(ack, kind.value, work, back):
        await redraw_corrected_card(corrected, back, cases)
