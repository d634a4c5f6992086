"""Claim on a line of a digest: the digest is redrawn, and the case gets a card of its own from delivery."""

from contextlib import suppress

from slack_bolt.context.ack.async_ack import AsyncAck

from bot.cards import buttons
from bot.cards import digest as card
from bot.domain.decision import NotAllowed, StoreUnavailable
from bot.usecases.cases import CaseUseCases
from bot.usecases.digests import DigestUseCases
from handlers.asking import Payload
from handlers.reply import Responder


async def claim_in_digest(
    ack: AsyncAck, action: Payload, by: str, cases: CaseUseCases, digests: DigestUseCases, reply: Responder
) -> None:
    await ack()
    async with reply.report_refusals():
        await cases.claim(action["value"], by)
        with suppress(NotAllowed, StoreUnavailable):  # the claim stands; delivery redraws what can be redrawn
            await reply.replace_message(
                card.render_digest(*await digests.get(buttons.parse_digest_id(action["block_id"])))
            )
