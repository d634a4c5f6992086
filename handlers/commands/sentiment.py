"""/sentiment today|yesterday|week|preview|spam|staff|thanks|share|help …, with an ephemeral answer."""

from bot.cards import action_ids
from bot.cards.block_kit import RenderedMessage
from bot.cards.subject_preview import render_preview
from handlers.commands.slash_command import SlashCommand
from handlers.payloads import unescape_mrkdwn
from handlers.responses import load_spam_page
from handlers.use_cases import AsyncAck, Payload, Responder, UseCases

PREVIEW = "preview"


async def handle_sentiment(ack: AsyncAck, command: Payload, by: str, usecases: UseCases, reply: Responder) -> None:
    await ack()
    async with reply.report_refusals():
        await reply.send_ephemeral(await _answer(usecases, by, unescape_mrkdwn(command.get("text", ""))))


async def _answer(usecases: UseCases, by: str, words: str) -> RenderedMessage:
    """Return a list or a preview; everything else is a question about the figures."""
    first, _, rest = words.partition(" ")
    if first.casefold() == PREVIEW:
        return render_preview(await usecases.previews.build_preview(rest))
    match words.casefold():
        case "spam":
            return await load_spam_page(usecases.spam)
        case "staff":
            return await usecases.staff_posts.render_newest(by)
        case "thanks":
            return await usecases.thanks.list_unthanked()
        case "share":
            return await usecases.thanks.list_shareworthy()
        case _:
            return await usecases.reports.answer_question(by, words)


COMMAND = SlashCommand(
    action_ids.SENTIMENT,
    "What people post about us, and how fast we answer",
    "today | yesterday | week | preview | spam | staff | thanks | share | help",
    handle_sentiment,
)
