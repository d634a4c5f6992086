"""Hand over, filled in: to a person or to a department, and never to both."""

from slack_bolt.context.ack.async_ack import AsyncAck

from bot.cards import buttons
from bot.usecases.cases import Cases
from handlers.asking import Payload
from handlers.reading import Form
from handlers.reply import Reply
from handlers.showing import show, show_moved

NOBODY = "Choose a person or a department."
BOTH = "Choose a person or a department, not both: a case has one owner."


async def hand_over(ack: AsyncAck, view: Payload, by: str, cases: Cases, reply: Reply) -> None:
    form = Form(view)
    person, department = form.given(buttons.PERSON), form.given(buttons.DEPARTMENT)
    if bool(person) == bool(department):
        await ack(response_action="errors", errors={buttons.PERSON: BOTH if person else NOBODY})
        return
    await ack()
    case, channel = form.origin.case, form.origin.channel
    back = reply.at(form.origin.response_url)
    async with back.saying_no():
        if person:
            await show(await cases.hand_to_person(case, by, person), back, cases)
        else:
            await show_moved(await cases.hand_to_department(case, by, department), channel, back, cases)
