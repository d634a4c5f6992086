"""The correction menu of a card, which corrects at once or opens a modal, and the explanation behind Why?."""

from bot.cards import action_ids
from bot.cards.case_assessment import render_explanation
from bot.cards.case_messages import render_moved
from bot.cards.modal_blocks import ModalMetadata
from bot.cards.modals import render_correct_modal
from bot.domain.correction import CorrectionKind
from handlers.responses import redraw_corrected_card
from handlers.use_cases import AsyncAck, CaseUseCases, CorrectionUseCases, Payload, Responder


async def correct_assessment(
    ack: AsyncAck,
    action: Payload,
    body: Payload,
    by: str,
    cases: CaseUseCases,
    corrections: CorrectionUseCases,
    reply: Responder,
) -> None:
    await ack()
    pressed = action_ids.decode_correction(action["selected_option"]["value"])
    kind = CorrectionKind(pressed.kind)
    async with reply.report_refusals():
        if pressed.new_value:
            await redraw_corrected_card(
                await corrections.correct_case(pressed.case, kind, pressed.new_value, by), reply, cases
            )
            return
        answer = await corrections.check_correction(pressed.case, kind, by)
        origin = ModalMetadata(pressed.case, reply.response_url, body.get("channel", {}).get("id", ""))
        others = corrections.list_other_subjects(answer.case)
        await reply.open_modal(body, render_correct_modal(answer.case, kind, others, origin))


async def explain_assessment(ack: AsyncAck, action: Payload, cases: CaseUseCases, reply: Responder) -> None:
    await ack()
    async with reply.report_refusals():
        await reply.send_ephemeral(render_explanation((await cases.get(action["value"])).case))


async def move_by_rules(
    ack: AsyncAck, action: Payload, by: str, corrections: CorrectionUseCases, reply: Responder
) -> None:
    await ack()
    async with reply.report_refusals():
        answer = await corrections.reroute_case(action["value"], by)
        await reply.replace_message(render_moved(answer.case, answer.department))
