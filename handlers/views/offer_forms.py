"""Submitted *Ask for more*."""

from bot.cards import action_ids
from bot.cards.case_requests import render_request_receipt
from handlers.modal_submission import submit_modal
from handlers.payloads import SubmittedModal
from handlers.use_cases import AsyncAck, OfferUseCases, Payload, Responder


async def submit_offer_request(ack: AsyncAck, view: Payload, by: str, offers: OfferUseCases, reply: Responder) -> None:
    form = SubmittedModal(view)
    words = (form.get_value(one) for one in (action_ids.OFFER, action_ids.AMOUNT, action_ids.REASON))
    back = reply.with_response_url(form.origin.response_url)
    if case := await submit_modal(ack, action_ids.AMOUNT, offers.ask(form.origin.case, by, *words), back):
        assert case.offer_request is not None
        await back.send_ephemeral(render_request_receipt(case, case.offer_request))
