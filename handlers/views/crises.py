"""Submit the declaration of a crisis, or its closing although something is unfinished."""

from bot.cards import action_ids
from bot.domain.crisis import CrisisDeclaration
from bot.domain.paging.page import Severity
from handlers.modal_submission import submit_modal
from handlers.payloads import SubmittedModal
from handlers.responses import is_store_up
from handlers.use_cases import AsyncAck, CaseUseCases, CrisisUseCases, Payload, Responder

MISSING = {
    action_ids.SEVERITY: "Choose a severity.",
    action_ids.HEADLINE: "Describe in a few words what happened.",
    action_ids.DEPARTMENT: "Choose a department.",
    action_ids.LEAD: "Choose the incident lead.",
}
KEEP_OPEN = "Earshot can't reach its database. Keep this form open and press Declare again in a minute."


async def submit_crisis(
    ack: AsyncAck, view: Payload, by: str, crises: CrisisUseCases, cases: CaseUseCases, reply: Responder
) -> None:
    form = SubmittedModal(view)
    errors = {block: words for block, words in MISSING.items() if not form.get_value(block)}
    if errors:
        await ack(response_action="errors", errors=errors)
        return
    if not await is_store_up(cases):
        await ack(response_action="errors", errors={action_ids.HEADLINE: KEEP_OPEN})
        return
    declaration = CrisisDeclaration(
        severity=Severity(form.get_value(action_ids.SEVERITY)),
        headline=form.get_value(action_ids.HEADLINE),
        department=form.get_value(action_ids.DEPARTMENT),
        lead=form.get_value(action_ids.LEAD),
        comms=form.get_value(action_ids.COMMS),
        legal=form.get_value(action_ids.LEGAL),
        episode=form.origin.case,
    )
    back = reply.with_response_url(form.origin.response_url)
    if message := await submit_modal(ack, action_ids.HEADLINE, crises.declare(by, declaration), back):
        await back.send_ephemeral(message)


async def submit_crisis_close(ack: AsyncAck, view: Payload, by: str, crises: CrisisUseCases, reply: Responder) -> None:
    await ack()
    origin = SubmittedModal(view).origin
    back = reply.with_response_url(origin.response_url)
    async with back.report_refusals():
        await back.send_ephemeral(await crises.close(by, origin.case))
