"""*Ask for more*, which opens a form, and the answers of the person who was asked."""

from bot.cards import action_ids
from bot.cards.offer_requests import render_offer_decision, render_offer_modal
from handlers.payloads import read_origin
from handlers.use_cases import AsyncAck, OfferUseCases, Payload, Responder


async def open_offer_modal(
    ack: AsyncAck, action: Payload, body: Payload, by: str, offers: OfferUseCases, reply: Responder
) -> None:
    await ack()
    async with reply.report_refusals():
        case, found = await offers.check_ask(action["value"], by)
        origin = read_origin(body, case.id, reply.response_url)
        await reply.open_modal(body, render_offer_modal(case, found, origin))


async def allow_offer(ack: AsyncAck, action: Payload, by: str, offers: OfferUseCases, reply: Responder) -> None:
    await _answer_request(ack, action, by, offers, reply, is_allowed=True)


async def decline_offer(ack: AsyncAck, action: Payload, by: str, offers: OfferUseCases, reply: Responder) -> None:
    await _answer_request(ack, action, by, offers, reply, is_allowed=False)


async def _answer_request(
    ack: AsyncAck, action: Payload, by: str, offers: OfferUseCases, reply: Responder, *, is_allowed: bool
) -> None:
    await ack()
    async with reply.report_refusals():
        request = await offers.answer_request(action["value"], by, is_allowed=is_allowed)
        await reply.replace_message(render_offer_decision(request))


OFFER_LISTENERS = {
    action_ids.OFFER_ASK: open_offer_modal,
    action_ids.OFFER_ALLOW: allow_offer,
    action_ids.OFFER_DECLINE: decline_offer,
}
