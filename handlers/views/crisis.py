"""A crisis is declared, or closed though something is unfinished."""

from slack_bolt.context.ack.async_ack import AsyncAck

from bot.cards import buttons
from bot.domain.crisis import CrisisDeclaration
from bot.domain.pages.page import Severity
from bot.usecases.cases import CaseUseCases
from bot.usecases.crises import CrisisUseCases
from handlers.asking import Payload
from handlers.reading import Form
from handlers.reply import Reply
from handlers.showing import awake
from handlers.submitting import submit

MISSING = {
    buttons.SEVERITY: "Choose how bad it is.",
    buttons.HEADLINE: "Say what has happened, in a few words.",
    buttons.DEPARTMENT: "Choose whose it is.",
    buttons.LEAD: "Choose who leads.",
}
KEEP_OPEN = "Earshot cannot reach its memory right now. Keep this form open, and press Declare again in a minute."


async def declare(
    ack: AsyncAck, view: Payload, by: str, crises: CrisisUseCases, cases: CaseUseCases, reply: Reply
) -> None:
    form = Form(view)
    errors = {block: words for block, words in MISSING.items() if not form.given(block)}
    if errors:
        await ack(response_action="errors", errors=errors)
        return
    if not await awake(cases):
        await ack(response_action="errors", errors={buttons.HEADLINE: KEEP_OPEN})
        return
    told = CrisisDeclaration(
        severity=Severity(form.given(buttons.SEVERITY)),
        headline=form.given(buttons.HEADLINE),
        department=form.given(buttons.DEPARTMENT),
        lead=form.given(buttons.LEAD),
        comms=form.given(buttons.COMMS),
        legal=form.given(buttons.LEGAL),
        episode=form.origin.case,
    )
    back = reply.at(form.origin.response_url)
    if drawing := await submit(ack, buttons.HEADLINE, crises.declare(by, told), back):
        await back.tell(drawing)


async def close(ack: AsyncAck, view: Payload, by: str, crises: CrisisUseCases, reply: Reply) -> None:
    await ack()
    origin = Form(view).origin
    back = reply.at(origin.response_url)
    async with back.saying_no():
        await back.tell(await crises.close(by, origin.case))
