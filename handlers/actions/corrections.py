"""Why?, which opens a modal, and the buttons in it that correct at once or open another."""

from bot.cards import action_ids
from bot.cards.author_history import format_caution
from bot.cards.block_kit import Block
from bot.cards.case_assessment import render_case_explanation
from bot.cards.case_messages import render_merge_buttons, render_move_suggestion, render_moved
from bot.cards.modal_blocks import ModalMetadata
from bot.cards.modals import render_correct_modal
from bot.domain.correction import CorrectionKind
from bot.usecases.cases import CaseView
from bot.usecases.corrections import CorrectionResult
from handlers.payloads import find_modal, read_origin
from handlers.responses import redraw_card, redraw_corrected_card, redraw_moved_card
from handlers.use_cases import AsyncAck, Payload, Responder, UseCases


async def explain_assessment(
    ack: AsyncAck,
    action: Payload,
    body: Payload,
    by: str,
    usecases: UseCases,
    reply: Responder,
) -> None:
    await ack()
    async with reply.report_refusals():
        answer = await usecases.cases.get(action["value"])
        origin = read_origin(body, action["value"], reply.response_url)
        await reply.open_modal(body, await render_explanation(answer, by, origin, usecases))


async def correct_assessment(
    ack: AsyncAck,
    action: Payload,
    body: Payload,
    by: str,
    usecases: UseCases,
    reply: Responder,
) -> None:
    """Correct what a button says, or open the form that asks. Cards up to 0.1 have an option of a menu instead."""
    await ack()
    corrections = usecases.corrections
    pressed = action_ids.decode_correction(action.get("selected_option", action)["value"])
    kind = CorrectionKind(pressed.kind)
    origin = read_origin(body, pressed.case, reply.response_url)
    async with reply.report_refusals():
        if not pressed.new_value:
            answer = await corrections.check_correction(pressed.case, kind, by)
            others = corrections.list_other_subjects(answer.case)
            await reply.open_modal(body, render_correct_modal(answer.case, kind, others, origin))
            return
        corrected = await corrections.correct_case(pressed.case, kind, pressed.new_value, by)
        if find_modal(body) is None:
            await redraw_corrected_card(corrected, reply, usecases.cases)
        else:
            await _show_correction(corrected, by, body, usecases, reply)


async def _show_correction(
    corrected: CorrectionResult, by: str, body: Payload, usecases: UseCases, reply: Responder
) -> None:
    """Redraw the card behind the modal, and the modal, with the offer to move the case on top of it."""
    origin = read_origin(body, corrected.view.case.id, "")
    await redraw_card(corrected.view, reply.with_response_url(origin.response_url), usecases.cases)
    offer = render_move_suggestion(corrected.view.case, corrected.offer).blocks if corrected.offer else ()
    await reply.update_modal(body["view"], await render_explanation(corrected.view, by, origin, usecases, *offer))


async def move_by_rules(
    ack: AsyncAck,
    action: Payload,
    body: Payload,
    by: str,
    usecases: UseCases,
    reply: Responder,
) -> None:
    await ack()
    async with reply.report_refusals():
        answer = await usecases.corrections.reroute_case(action["value"], by)
        moved = render_moved(answer.case, answer.department)
        if find_modal(body) is None:
            await reply.replace_message(moved)
            return
        origin = read_origin(body, action["value"], "")
        await redraw_moved_card(answer, origin.channel, reply.with_response_url(origin.response_url), usecases.cases)
        await reply.update_modal(body["view"], await render_explanation(answer, by, origin, usecases, *moved.blocks))


async def render_explanation(
    answer: CaseView, by: str, origin: ModalMetadata, usecases: UseCases, *notice: Block
) -> Payload:
    """Raises `StoreUnavailable`."""
    case = answer.case
    mute = await usecases.mutes.render_author_mute(by, case)
    brief = await usecases.offers.load_brief(answer, by) if case.owner == by and not case.is_closed else None
    merge = render_merge_buttons(case, answer.author, await usecases.cases.list_merge_targets(answer, by))
    words = await usecases.cases.load_joined_words(case)
    caution = format_caution(case, answer.department, answer.author, answer.at, by)
    muted = mute.blocks if mute else ()
    can_add = await usecases.ledger.can_change(case.department, by)
    return render_case_explanation(
        case, answer.page, origin, notice, muted, brief, merge, words, caution, can_add=can_add
    )
