"""*Claim*, wherever it is pressed, and the answers to what it asks.

It asks once, if there is something to think of, and tells the new owner, and nobody else, what they can offer.
"""

from contextlib import suppress
from typing import NamedTuple

from slack_sdk.web.async_client import AsyncWebClient

from bot.cards import action_ids
from bot.cards.block_kit import RenderedMessage, join_messages
from bot.cards.case_lists import render_claim_outcome
from bot.cards.case_messages import render_claim_question, render_claimed, render_merge_outcome, render_own_cases
from bot.cards.case_search import render_case_modal
from bot.cards.digests import render_digest
from bot.cards.home_view import HomeState
from bot.cards.owner_brief import render_owner_brief
from bot.cards.roll_ups import render_roll_up_modal
from bot.domain.commits import NotAllowed, StoreUnavailable
from bot.domain.persons.claim_questions import is_caution_on_card
from bot.usecases.cases import CaseView
from handlers.actions.corrections import render_explanation
from handlers.actions.home_tab import render_results
from handlers.home_responder import publish_home
from handlers.payloads import find_home, find_modal, read_origin
from handlers.responder import put_notice
from handlers.responses import redraw_card
from handlers.use_cases import AsyncAck, Payload, Responder, UseCases


class _Press(NamedTuple):
    """A button that was pressed, by whom and where. `modal`: the view that it is in, if any."""

    action: str
    case_id: str
    by: str
    body: Payload
    usecases: UseCases
    client: AsyncWebClient
    reply: Responder
    modal: Payload | None


async def claim(
    ack: AsyncAck, action: Payload, body: Payload, by: str, usecases: UseCases, client: AsyncWebClient, reply: Responder
) -> None:
    await ack()
    modal = find_modal(body)
    press = _Press(action["action_id"], action["value"], by, body, usecases, client, reply, modal)
    async with reply.report_refusals():
        try:
            if question := await _find_question(press):
                await reply.send_ephemeral(question)
                return
            answer = await usecases.cases.claim(press.case_id, by)
        except NotAllowed as no:
            if modal is None:
                raise
            await _redraw_modal(press, modal, RenderedMessage(str(no), []))
            return
        if modal is None and find_home(body) is None:
            await _answer_message(press, answer)
            return
        outcome = join_messages(render_claim_outcome(answer.case), await _load_brief(press, answer))
        await (_redraw_modal(press, modal, outcome) if modal else reply.send_ephemeral(outcome))


async def _find_question(press: _Press) -> RenderedMessage | None:
    if press.action == action_ids.CLAIM_ANYWAY:
        return None
    found = await press.usecases.cases.find_claim_question(press.case_id, press.by)
    if found is None or (press.action == action_ids.CLAIM and is_caution_on_card(found[0].author)):
        return None
    view, question = found
    return render_claim_question(view.case, view.department, view.author, view.at, question)


async def _load_brief(press: _Press, answer: CaseView) -> RenderedMessage | None:
    """Return what the owner can offer, and into which of their other cases of the person they can merge this one.

    Without *Ask for more…* in the list behind a roll-up: it opens no forms.
    """
    try:
        brief = await press.usecases.offers.load_brief(answer, press.by)
        targets = await press.usecases.cases.list_merge_targets(answer, press.by)
    except StoreUnavailable:  # the claim stands, and Why? shows the same
        return None
    opens_forms = press.modal is None or press.modal.get("callback_id")
    offered = render_owner_brief(brief if opens_forms else brief._replace(case_id=""))
    own = [one for one in targets if one.owner == press.by]
    return join_messages(render_own_cases(answer.case, answer.author, own), offered) if own else offered


async def _answer_message(press: _Press, answer: CaseView) -> None:
    """Redraw the message with the button. What the owner can offer is for their eyes only."""
    reply, claimed = press.reply, render_claimed(answer.case, answer.department)
    if press.action == action_ids.CLAIM_ANYWAY:
        await reply.replace_message(join_messages(claimed, await _load_brief(press, answer)))
        return
    if press.action == action_ids.CLAIM:
        await redraw_card(answer, reply, press.usecases.cases)
    elif press.action == action_ids.CLAIM_IN_DIGEST:
        with suppress(NotAllowed, StoreUnavailable):  # the claim stands, and delivery updates the digest
            digest = action_ids.parse_digest_id(press.body["actions"][0]["block_id"])
            await reply.replace_message(render_digest(*await press.usecases.digests.get(digest)))
    else:
        await reply.replace_message(claimed)
    if brief := await _load_brief(press, answer):
        await reply.send_ephemeral(brief)


async def _redraw_modal(press: _Press, modal: Payload, notice: RenderedMessage) -> None:
    """Show the modal as it is now, with the notice on top, and the Home tab below it."""
    usecases, kind = press.usecases, modal.get("callback_id")
    if not kind:
        view = render_roll_up_modal(await usecases.roll_ups.get(modal["private_metadata"]))
        await press.reply.update_modal(modal, put_notice(view, notice))
        return
    origin = read_origin(press.body, press.case_id, "")
    if kind == action_ids.EXPLANATION:
        answer = await usecases.cases.get(press.case_id)
        view = await render_explanation(answer, press.by, origin, usecases, *notice.blocks)
        await press.reply.update_modal(modal, view)
        return
    if kind == action_ids.SEARCH_MODAL:
        view = await render_results(press.body, press.by, usecases.home)
    else:
        view = render_case_modal(*await usecases.cases.get(press.case_id), press.by, origin)
    await press.reply.update_modal(modal, put_notice(view, notice))
    if origin.home:
        await publish_home(press.by, usecases.home, press.client, HomeState.from_json(origin.home))


async def merge(
    ack: AsyncAck, action: Payload, body: Payload, by: str, usecases: UseCases, client: AsyncWebClient, reply: Responder
) -> None:
    """Merge a case into that of a colleague. Delivery draws both cards."""
    await ack()
    async with reply.report_refusals():
        case_id, _, target_id = action["value"].partition("/")
        outcome = render_merge_outcome((await usecases.cases.merge(case_id, by, target_id)).case)
        if (modal := find_modal(body)) is None:
            await reply.replace_message(outcome)
        else:
            press = _Press(action["action_id"], case_id, by, body, usecases, client, reply, modal)
            await _redraw_modal(press, modal, outcome)


CLAIM_LISTENERS = {
    action_ids.CLAIM: claim,
    action_ids.CLAIM_ANYWAY: claim,
    action_ids.CLAIM_HERE: claim,
    action_ids.CLAIM_IN_DIGEST: claim,
    action_ids.HOME_CLAIM: claim,
    action_ids.ROLL_UP_CLAIM: claim,
    action_ids.MERGE: merge,
}
