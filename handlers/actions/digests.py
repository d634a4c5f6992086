"""Claim on a line of a digest: the digest is updated, and delivery posts a card for the case."""

from contextlib import suppress

from bot.cards import action_ids
from bot.cards.digests import render_digest
from bot.domain.commits import NotAllowed, StoreUnavailable
from handlers.use_cases import AsyncAck, CaseUseCases, DigestUseCases, Payload, Responder


async def claim_in_digest(
    ack: AsyncAck, action: Payload, by: str, cases: CaseUseCases, digests: DigestUseCases, reply: Responder
) -> None:
    await ack()
    async with reply.report_refusals():
        await cases.claim(action["value"], by)
        with suppress(NotAllowed, StoreUnavailable):  # the claim stands, and delivery updates the digest
            await reply.replace_message(
                render_digest(*await digests.get(action_ids.parse_digest_id(action["block_id"])))
            )
