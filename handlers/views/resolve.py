"""Submit Resolve: a resolution and a note."""

from slack_sdk.web.async_client import AsyncWebClient

from bot.cards import action_ids
from bot.domain.case import CaseResolution
from handlers.modal_submission import submit_modal
from handlers.payloads import SubmittedModal
from handlers.responses import is_store_up, publish_home, redraw_card
from handlers.use_cases import AsyncAck, CaseUseCases, HomeTab, Payload, Responder

CHOOSE = "Choose how it ended."
KEEP_OPEN = "Earshot cannot reach its memory right now. Keep this form open, and press Resolve again in a minute."


async def submit_resolution(
    ack: AsyncAck, view: Payload, by: str, cases: CaseUseCases, home: HomeTab, client: AsyncWebClient, reply: Responder
) -> None:
    form = SubmittedModal(view)
    word = form.get_value(action_ids.RESOLUTION)
    if word not in set(CaseResolution):
        await ack(response_action="errors", errors={action_ids.RESOLUTION: CHOOSE})
        return
    if not await is_store_up(cases):
        await ack(response_action="errors", errors={action_ids.NOTE: KEEP_OPEN})
        return
    back = reply.with_response_url(form.origin.response_url)
    work = cases.resolve(form.origin.case, by, CaseResolution(word), form.get_value(action_ids.NOTE))
    if (answer := await submit_modal(ack, action_ids.RESOLUTION, work, back)) is None:
        return
    await redraw_card(answer, back, cases)
    if not form.origin.response_url:  # the form was opened from the Home tab
        await publish_home(by, home, client)
