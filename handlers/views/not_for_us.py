"""Not for us, filled in: the case goes where it belongs, and the correction is kept."""

from slack_bolt.context.ack.async_ack import AsyncAck

from bot.cards import buttons
from bot.usecases.cases import Cases
from handlers.asking import Payload
from handlers.reading import Form
from handlers.reply import Reply
from handlers.showing import show, show_moved

CHOOSE = "Choose whose it is, or nobody."


async def not_for_us(ack: AsyncAck, view: Payload, by: str, cases: Cases, reply: Reply) -> None:
    form = Form(view)
    whose = form.given(buttons.DEPARTMENT)
    if not whose:
        await ack(response_action="errors", errors={buttons.DEPARTMENT: CHOOSE})
        return
    await ack()
    case, channel = form.origin.case, form.origin.channel
    back = reply.at(form.origin.response_url)
    async with back.saying_no():
        if whose == buttons.NOBODY:
            await show(await cases.not_for_us(case, by, None), back, cases)
        else:
            await show_moved(await cases.not_for_us(case, by, whose), channel, back, cases)
