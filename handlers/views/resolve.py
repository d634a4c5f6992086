"""Resolve, filled in: one word for how it ended, and a note."""

from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from bot.cards import buttons
from bot.domain.case import CaseResolution
from bot.usecases.cases import CaseUseCases
from bot.usecases.home import HomeTab
from handlers.asking import Payload
from handlers.reading import SubmittedModal
from handlers.reply import Responder
from handlers.showing import is_store_up, publish_home, redraw_card
from handlers.submitting import submit_modal

CHOOSE = "Choose how it ended."
KEEP_OPEN = "Earshot cannot reach its memory right now. Keep this form open, and press Resolve again in a minute."


async def submit_resolution(
    ack: AsyncAck, view: Payload, by: str, cases: CaseUseCases, home: HomeTab, client: AsyncWebClient, reply: Responder
) -> None:
    form = SubmittedModal(view)
    word = form.get_value(buttons.RESOLUTION)
    if word not in set(CaseResolution):
        await ack(response_action="errors", errors={buttons.RESOLUTION: CHOOSE})
        return
    if not await is_store_up(cases):
        await ack(response_action="errors", errors={buttons.NOTE: KEEP_OPEN})
        return
    back = reply.with_response_url(form.origin.response_url)
    work = cases.resolve(form.origin.case, by, CaseResolution(word), form.get_value(buttons.NOTE))
    if (answer := await submit_modal(ack, buttons.RESOLUTION, work, back)) is None:
        return
    await redraw_card(answer, back, cases)
    if not form.origin.response_url:  # the form was opened from the Home tab
        await publish_home(by, home, client)
