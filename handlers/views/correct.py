"""A correction, filled in: the card follows at once, and what was thought is kept beside what it is."""

from slack_bolt.context.ack.async_ack import AsyncAck

from bot.cards.modals import CORRECTING
from bot.usecases.cases import CaseUseCases
from bot.usecases.corrections import CorrectionUseCases
from handlers.asking import Payload
from handlers.reading import Form
from handlers.reply import Reply
from handlers.showing import show_corrected
from handlers.submitting import submit

CHOOSE = "Choose what it is instead."


async def correct(
    ack: AsyncAck, view: Payload, by: str, cases: CaseUseCases, corrections: CorrectionUseCases, reply: Reply
) -> None:
    form = Form(view)
    kind = next((one for one in CORRECTING if form.asks(one.value)), None)
    now = form.given(kind.value) if kind else ""
    if kind is None or not now:
        await ack(response_action="errors", errors={(kind or next(iter(CORRECTING))).value: CHOOSE})
        return
    back = reply.at(form.origin.response_url)
    work = corrections.correct_case(form.origin.case, kind, now, by)
    if corrected := await submit(ack, kind.value, work, back):
        await show_corrected(corrected, back, cases)
