"""The button on the warning that a campaign may backfire."""

from bot.cards import action_ids
from handlers.use_cases import AsyncAck, CampaignUseCases, Payload, Responder


async def mute_campaign(ack: AsyncAck, action: Payload, by: str, campaigns: CampaignUseCases, reply: Responder) -> None:
    await ack()
    async with reply.report_refusals():
        await reply.replace_or_send(await campaigns.mute_backfires(by, action["value"]))


BACKFIRE_LISTENERS = {action_ids.BACKFIRE_MUTE: mute_campaign}
