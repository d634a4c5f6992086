"""Share here: what one person asked with /sentiment, for everybody in the channel."""

from slack_bolt.context.ack.async_ack import AsyncAck

from handlers.asking import Payload, Reports
from handlers.reply import Reply


async def share(ack: AsyncAck, action: Payload, by: str, reports: Reports, reply: Reply) -> None:
    await ack()
    async with reply.saying_no():
        await reply.post(await reports.share_report(by, action["value"]))
