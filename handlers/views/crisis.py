"""A crisis is declared, or closed though something is unfinished."""

from slack_bolt.context.ack.async_ack import AsyncAck

from bot.cards import buttons
from bot.domain.crisis import CrisisDeclaration
from bot.domain.pages.page import Severity
from bot.usecases.cases import CaseUseCases
from bot.usecases.crises import CrisisUseCases
from handlers.asking import Payload
from handlers.reading import SubmittedModal
from handlers.reply import Responder
from handlers.showing import is_store_up
from handlers.submitting import submit_modal

MISSING = {
    buttons.SEVERITY: "Choose how bad it is.",
    buttons.HEADLINE: "Say what has happened, in a few words.",
    buttons.DEPARTMENT: "Choose whose it is.",
    buttons.LEAD: "Choose who leads.",
}
KEEP_OPEN = "Earshot cannot reach its memory right now. Keep this form open, and press Declare again in a minute."


async def submit_crisis(
    ack: AsyncAck, view: Payload, by: str, crises: CrisisUseCases, cases: CaseUseCases, reply: Responder
) -> None:
    form = SubmittedModal(view)
    errors = {block: words for block, words in MISSING.items() if not form.get_value(block)}
    if errors:
        await ack(response_action="errors", errors=errors)
        return
    if not await is_store_up(cases):
        await ack(response_action="errors", errors={buttons.HEADLINE: KEEP_OPEN})
        return
    told = CrisisDeclaration(
        severity=Severity(form.get_value(buttons.SEVERITY)),
        headline=form.get_value(buttons.HEADLINE),
        department=form.get_value(buttons.DEPARTMENT),
        lead=form.get_value(buttons.LEAD),
        comms=form.get_value(buttons.COMMS),
        legal=form.get_value(buttons.LEGAL),
        episode=form.origin.case,
    )
    back = reply.with_response_url(form.origin.response_url)
    if drawing := await submit_modal(ack, buttons.HEADLINE, crises.declare(by, told), back):
        await back.send_ephemeral(drawing)


async def submit_crisis_close(ack: AsyncAck, view: Payload, by: str, crises: CrisisUseCases, reply: Responder) -> None:
    await ack()
    origin = SubmittedModal(view).origin
    back = reply.with_response_url(origin.response_url)
    async with back.report_refusals():
        await back.send_ephemeral(await crises.close(by, origin.case))
