"""Submitted modals about many cases: claim all alike, resolve many, the facts of an episode."""

from functools import partial

from bot.cards import action_ids
from bot.cards.storms import BOXES, render_resolved_cases
from bot.domain.case import CaseResolution
from handlers.modal_submission import submit_modal
from handlers.payloads import SubmittedModal
from handlers.responses import is_store_up, send_claimed_cases
from handlers.use_cases import AsyncAck, OfferUseCases, Payload, Responder, StormUseCases, UseCases
from handlers.views.case_forms import CHOOSE_RESOLUTION, KEEP_OPEN

CHOOSE_GROUP = "Choose a group."
CHOOSE_CASES = "Choose at least one case."


async def submit_claim_alike(
    ack: AsyncAck, view: Payload, by: str, storms: StormUseCases, offers: OfferUseCases, reply: Responder
) -> None:
    form = SubmittedModal(view)
    first = form.get_value(action_ids.GROUP)
    if not first:
        await ack(response_action="errors", errors={action_ids.GROUP: CHOOSE_GROUP})
        return
    back = reply.with_response_url(form.origin.response_url)
    work = storms.claim_alike(form.origin.case, first, by)
    if claimed := await submit_modal(ack, action_ids.GROUP, work, back):
        await send_claimed_cases(claimed, by, offers, back)


async def submit_resolve_many(ack: AsyncAck, view: Payload, by: str, usecases: UseCases, reply: Responder) -> None:
    form = SubmittedModal(view)
    chosen = [case for box in range(BOXES) for case in form.list_values(action_ids.build_cases_block_id(box))]
    word = form.get_value(action_ids.RESOLUTION)
    errors = {} if chosen else {action_ids.CASES: CHOOSE_CASES}
    if word not in set(CaseResolution):
        errors[action_ids.RESOLUTION] = CHOOSE_RESOLUTION
    elif not errors and not await is_store_up(usecases.cases):
        errors[action_ids.NOTE] = KEEP_OPEN
    if errors:
        await ack(response_action="errors", errors=errors)
        return
    back = reply.with_response_url(form.origin.response_url)
    given = form.list_given()
    resolve_one = partial(usecases.offers.resolve, typed=given, in_many=True) if given else None
    note = form.get_value(action_ids.NOTE)
    work = usecases.storms.resolve_many(chosen, by, CaseResolution(word), note, form.origin.case, resolve_one)
    if resolved := await submit_modal(ack, action_ids.CASES, work, back):
        await back.send_ephemeral(render_resolved_cases(resolved))


async def submit_facts(ack: AsyncAck, view: Payload, by: str, storms: StormUseCases, reply: Responder) -> None:
    form = SubmittedModal(view)
    work = storms.set_facts(form.origin.case, form.get_value(action_ids.FACTS), by)
    await submit_modal(ack, action_ids.FACTS, work, reply.with_response_url(form.origin.response_url))
