"""What was heard: why, and what it is instead. The menu corrects at once, or opens a form where an answer is needed."""

from slack_bolt.context.ack.async_ack import AsyncAck

from bot.cards import buttons, hearing, messages, modals
from bot.cards.modals import Origin
from bot.domain.correction import CorrectionKind
from bot.usecases.cases import CaseUseCases
from bot.usecases.corrections import CorrectionUseCases
from handlers.asking import Payload
from handlers.reply import Reply
from handlers.showing import show_corrected


async def correct(
    ack: AsyncAck,
    action: Payload,
    body: Payload,
    by: str,
    cases: CaseUseCases,
    corrections: CorrectionUseCases,
    reply: Reply,
) -> None:
    await ack()
    pressed = buttons.corrected(action["selected_option"]["value"])
    kind = CorrectionKind(pressed.kind)
    async with reply.saying_no():
        if pressed.now:
            await show_corrected(await corrections.correct_case(pressed.case, kind, pressed.now, by), reply, cases)
            return
        answer = await corrections.check_correction(pressed.case, kind, by)
        origin = Origin(pressed.case, reply.response_url, body.get("channel", {}).get("id", ""))
        others = corrections.list_other_subjects(answer.case)
        await reply.open(body["trigger_id"], modals.correct(answer.case, kind, others, origin))


async def why(ack: AsyncAck, action: Payload, cases: CaseUseCases, reply: Reply) -> None:
    await ack()
    async with reply.saying_no():
        await reply.tell(hearing.why((await cases.get(action["value"])).case))


async def move_by_rules(ack: AsyncAck, action: Payload, by: str, corrections: CorrectionUseCases, reply: Reply) -> None:
    await ack()
    async with reply.saying_no():
        answer = await corrections.reroute_case(action["value"], by)
        await reply.redraw(messages.moved(answer.case, answer.department))
