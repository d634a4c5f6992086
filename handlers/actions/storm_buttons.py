"""Buttons about many cases at once, on the card of an episode and on lists. The answer is for one person only."""

from collections.abc import Awaitable, Callable, Mapping

from bot.cards import action_ids
from bot.cards.modal_blocks import ModalMetadata
from bot.cards.storms import (
    render_claim_alike_modal,
    render_facts_modal,
    render_resolve_many_modal,
)
from handlers.responses import send_claimed_cases
from handlers.use_cases import AsyncAck, OfferUseCases, Payload, Responder, StormUseCases, UseCases


async def take_cases(
    ack: AsyncAck, action: Payload, by: str, storms: StormUseCases, offers: OfferUseCases, reply: Responder
) -> None:
    await ack()
    async with reply.report_refusals():
        await send_claimed_cases(await storms.take_cases(action["value"], by), by, offers, reply)


async def claim_group(
    ack: AsyncAck, action: Payload, by: str, storms: StormUseCases, offers: OfferUseCases, reply: Responder
) -> None:
    """*Claim all* on a line of a digest."""
    await ack()
    async with reply.report_refusals():
        digest = action_ids.parse_digest_id(action["block_id"])
        await send_claimed_cases(await storms.claim_alike(digest, action["value"], by), by, offers, reply)


async def open_claim_alike_modal(
    ack: AsyncAck, action: Payload, body: Payload, by: str, storms: StormUseCases, reply: Responder
) -> None:
    await ack()
    async with reply.report_refusals():
        facts, groups = await storms.list_groups(action["value"], by)
        await reply.open_modal(body, render_claim_alike_modal(groups, facts, _build_metadata(action, reply)))


async def open_resolve_many_modal(
    ack: AsyncAck, action: Payload, body: Payload, by: str, usecases: UseCases, reply: Responder
) -> None:
    await ack()
    async with reply.report_refusals():
        own = await usecases.storms.list_own(action.get("value", ""), by)
        briefs = await usecases.offers.load_briefs(own.cases, by)
        await reply.open_modal(body, render_resolve_many_modal(own, _build_metadata(action, reply), briefs))


async def open_facts_modal(
    ack: AsyncAck, action: Payload, body: Payload, by: str, storms: StormUseCases, reply: Responder
) -> None:
    await ack()
    async with reply.report_refusals():
        episode = await storms.load_episode(action["value"], by)
        await reply.open_modal(body, render_facts_modal(episode, _build_metadata(action, reply)))


def _build_metadata(action: Payload, reply: Responder) -> ModalMetadata:
    """The list takes the place of the case."""
    return ModalMetadata(action.get("value", ""), reply.response_url)


STORM_LISTENERS: Mapping[str, Callable[..., Awaitable[None]]] = {
    action_ids.CLAIM_GROUP: claim_group,
    action_ids.TAKE_CASES: take_cases,
    action_ids.CLAIM_ALIKE: open_claim_alike_modal,
    action_ids.RESOLVE_MANY: open_resolve_many_modal,
    action_ids.EDIT_FACTS: open_facts_modal,
}
