"""/sentiment today|yesterday|week|spam|help …, with an ephemeral answer."""

from slack_bolt.context.ack.async_ack import AsyncAck

from bot.usecases.spam import SpamReview
from handlers.payloads import unescape_mrkdwn
from handlers.responder import Responder
from handlers.responses import load_spam_page
from handlers.use_cases import Payload, ReportUseCases

SPAM = "spam"


async def handle_sentiment(
    ack: AsyncAck, command: Payload, by: str, reports: ReportUseCases, spam: SpamReview, reply: Responder
) -> None:
    await ack()
    words = unescape_mrkdwn(command.get("text", ""))
    async with reply.report_refusals():
        if words.casefold() == SPAM:
            await reply.send_ephemeral(await load_spam_page(spam))
        else:
            await reply.send_ephemeral(await reports.answer_question(by, words))
