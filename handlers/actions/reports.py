"""Share here: post an answer to /sentiment to the channel."""

from slack_bolt.context.ack.async_ack import AsyncAck

from handlers.responder import Responder
from handlers.use_cases import Payload, ReportUseCases


async def share_report(ack: AsyncAck, action: Payload, by: str, reports: ReportUseCases, reply: Responder) -> None:
    await ack()
    async with reply.report_refusals():
        await reply.post(await reports.share_report(by, action["value"]))
