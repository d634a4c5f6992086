"""Resolve, filled in: one word for how it ended, and a note."""

from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from bot.cards import buttons
from bot.domain.case import CaseResolution
from bot.usecases.cases import CaseUseCases
from bot.usecases.home import HomeTab
from handlers.asking import Payload
from handlers.reading import Form
from handlers.reply import Reply
from handlers.showing import awake, show, show_home
from handlers.submitting import submit

CHOOSE = "Choose how it ended."
KEEP_OPEN = "Earshot cannot reach its memory right now. Keep this form open, and press Resolve again in a minute."


async def resolve(
    ack: AsyncAck, view: Payload, by: str, cases: CaseUseCases, home: HomeTab, client: AsyncWebClient, reply: Reply
) -> None:
    form = Form(view)
    word = form.given(buttons.RESOLUTION)
    if word not in set(CaseResolution):
        await ack(response_action="errors", errors={buttons.RESOLUTION: CHOOSE})
        return
    if not await awake(cases):
        await ack(response_action="errors", errors={buttons.NOTE: KEEP_OPEN})
        return
    back = reply.at(form.origin.response_url)
    work = cases.resolve(form.origin.case, by, CaseResolution(word), form.given(buttons.NOTE))
    if (answer := await submit(ack, buttons.RESOLUTION, work, back)) is None:
        return
    await show(answer, back, cases)
    if not form.origin.response_url:  # the form was opened from the Home tab
        await show_home(by, home, client)
