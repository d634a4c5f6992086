"""/sentiment today|yesterday|week|spam|help …: answered for the eyes of whoever asked."""

from slack_bolt.context.ack.async_ack import AsyncAck

from bot.usecases.spam import SpamReview
from handlers.asking import Payload, Reports
from handlers.reading import unescape_mrkdwn
from handlers.reply import Reply
from handlers.showing import spam_page

SPAM = "spam"


async def sentiment(ack: AsyncAck, command: Payload, by: str, reports: Reports, spam: SpamReview, reply: Reply) -> None:
    await ack()
    words = unescape_mrkdwn(command.get("text", ""))
    async with reply.saying_no():
        if words.casefold() == SPAM:
            await reply.tell(await spam_page(spam))
        else:
            await reply.tell(await reports.answer_question(by, words))
