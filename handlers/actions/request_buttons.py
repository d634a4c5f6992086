"""*Ask for more*, which opens a form, and the answers of whoever was asked something about a case."""

from bot.cards import action_ids
from bot.cards.case_requests import render_offer_modal, render_request_decision
from handlers.payloads import read_origin
from handlers.use_cases import AsyncAck, CaseUseCases, OfferUseCases, Payload, Responder


async def open_offer_modal(
    ack: AsyncAck, action: Payload, body: Payload, by: str, offers: OfferUseCases, reply: Responder
) -> None:
    await ack()
    async with reply.report_refusals():
        case, found = await offers.check_ask(action["value"], by)
        origin = read_origin(body, case.id, reply.response_url)
        await reply.open_modal(body, render_offer_modal(case, found, origin))


async def answer_request(ack: AsyncAck, action: Payload, by: str, cases: CaseUseCases, reply: Responder) -> None:
    await ack()
    async with reply.report_refusals():
        is_allowed = action["action_id"] == action_ids.REQUEST_ALLOW
        case, asked = await cases.answer_request(action["value"], by, is_allowed=is_allowed)
        await reply.replace_message(render_request_decision(case, asked))


REQUEST_LISTENERS = {
    action_ids.OFFER_ASK: open_offer_modal,
    action_ids.REQUEST_ALLOW: answer_request,
    action_ids.REQUEST_DECLINE: answer_request,
}
