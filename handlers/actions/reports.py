"""Share here: post an answer to /sentiment to the channel."""

from handlers.use_cases import AsyncAck, Payload, ReportUseCases, Responder


async def share_report(ack: AsyncAck, action: Payload, by: str, reports: ReportUseCases, reply: Responder) -> None:
    await ack()
    async with reply.report_refusals():
        await reply.post(await reports.share_report(by, action["value"]))
