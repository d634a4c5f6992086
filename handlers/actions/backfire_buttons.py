"""The button on the warning that a campaign may backfire."""

from bot.cards import action_ids
from handlers.use_cases import AsyncAck, CampaignUseCases, Payload, Responder


async def mute_campaign(ack: AsyncAck, action: Payload, by: str, campaigns: CampaignUseCases, reply: Responder) -> None:
    await ack()
    async with reply.report_refusals():
        muted = await campaigns.mute_backfires(by, action["value"])
        if not await reply.replace_message(muted):
            await reply.send_ephemeral(muted)


BACKFIRE_LISTENERS = {action_ids.BACKFIRE_MUTE: mute_campaign}
