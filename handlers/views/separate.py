"""Separate, filled in: a post that joined wrongly gets a case of its own."""

from slack_bolt.context.ack.async_ack import AsyncAck

from bot.cards import buttons
from bot.usecases.cases import CaseUseCases
from handlers.asking import Payload
from handlers.reading import SubmittedModal
from handlers.reply import Responder
from handlers.showing import redraw_card
from handlers.submitting import submit_modal

CHOOSE = "Choose the post that does not belong here."


async def submit_separation(ack: AsyncAck, view: Payload, by: str, cases: CaseUseCases, reply: Responder) -> None:
    form = SubmittedModal(view)
    mention = form.get_value(buttons.MENTION)
    if not mention:
        await ack(response_action="errors", errors={buttons.MENTION: CHOOSE})
        return
    back = reply.with_response_url(form.origin.response_url)
    if parted := await submit_modal(ack, buttons.MENTION, cases.separate_mention(form.origin.case, by, mention), back):
        await redraw_card(parted[0], back, cases)
