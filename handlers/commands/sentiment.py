"""/sentiment today|yesterday|week|help …: answered for the eyes of whoever asked."""

from slack_bolt.context.ack.async_ack import AsyncAck

from handlers.asking import Payload, Reports
from handlers.reading import plainly
from handlers.reply import Reply


async def sentiment(ack: AsyncAck, command: Payload, by: str, reports: Reports, reply: Reply) -> None:
    await ack()
    async with reply.saying_no():
        await reply.tell(await reports.answer(by, plainly(command.get("text", ""))))
