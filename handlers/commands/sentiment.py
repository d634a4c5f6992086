"""/sentiment today|yesterday|week|preview|spam|staff|help …, with an ephemeral answer."""

from bot.cards import action_ids
from bot.cards.subject_preview import render_preview
from handlers.commands.slash_command import SlashCommand
from handlers.payloads import unescape_mrkdwn
from handlers.responses import load_spam_page
from handlers.use_cases import (
    AsyncAck,
    Payload,
    ReportUseCases,
    Responder,
    SpamReview,
    StaffPostReview,
    SubjectPreviews,
)

SPAM, PREVIEW, STAFF = "spam", "preview", "staff"


async def handle_sentiment(
    ack: AsyncAck,
    command: Payload,
    by: str,
    reports: ReportUseCases,
    spam: SpamReview,
    previews: SubjectPreviews,
    staff_posts: StaffPostReview,
    reply: Responder,
) -> None:
    await ack()
    words = unescape_mrkdwn(command.get("text", ""))
    first, _, rest = words.partition(" ")
    async with reply.report_refusals():
        if words.casefold() == SPAM:
            await reply.send_ephemeral(await load_spam_page(spam))
        elif words.casefold() == STAFF:
            await reply.send_ephemeral(await staff_posts.render_newest(by))
        elif first.casefold() == PREVIEW:
            await reply.send_ephemeral(render_preview(await previews.build_preview(rest)))
        else:
            await reply.send_ephemeral(await reports.answer_question(by, words))


COMMAND = SlashCommand(
    action_ids.SENTIMENT,
    "What people post about us, and how fast we answer",
    "today | yesterday | week | preview | spam | staff | help",
    handle_sentiment,
)
