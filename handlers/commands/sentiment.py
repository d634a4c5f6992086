"""/sentiment today|yesterday|week|preview|spam|help …, with an ephemeral answer."""

from bot.cards import action_ids
from bot.cards.subject_preview import render_preview
from handlers.commands.slash_command import SlashCommand
from handlers.payloads import unescape_mrkdwn
from handlers.responses import load_spam_page
from handlers.use_cases import AsyncAck, Payload, ReportUseCases, Responder, SpamReview, SubjectPreviews

SPAM, PREVIEW = "spam", "preview"


async def handle_sentiment(
    ack: AsyncAck,
    command: Payload,
    by: str,
    reports: ReportUseCases,
    spam: SpamReview,
    previews: SubjectPreviews,
    reply: Responder,
) -> None:
    await ack()
    words = unescape_mrkdwn(command.get("text", ""))
    first, _, rest = words.partition(" ")
    async with reply.report_refusals():
        if words.casefold() == SPAM:
            await reply.send_ephemeral(await load_spam_page(spam))
        elif first.casefold() == PREVIEW:
            await reply.send_ephemeral(render_preview(await previews.build_preview(rest)))
        else:
            await reply.send_ephemeral(await reports.answer_question(by, words))


COMMAND = SlashCommand(
    action_ids.SENTIMENT,
    "What people post about us, and how fast we answer",
    "today | yesterday | week | preview | spam | help",
    handle_sentiment,
)
