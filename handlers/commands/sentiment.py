"""/sentiment, followed by a time or by one of `SUBCOMMANDS`, with an ephemeral answer."""

from collections.abc import Awaitable, Callable, Mapping

from bot.cards import action_ids
from bot.cards.block_kit import RenderedMessage
from bot.cards.subject_preview import render_preview
from bot.domain.ledger.entry import EntryKind
from handlers.commands.slash_command import SlashCommand
from handlers.payloads import unescape_mrkdwn
from handlers.responses import load_spam_page
from handlers.use_cases import AsyncAck, Payload, Responder, UseCases

DIGEST, TEMPO = "digest", "tempo"


async def handle_sentiment(ack: AsyncAck, command: Payload, by: str, usecases: UseCases, reply: Responder) -> None:
    await ack()
    async with reply.report_refusals():
        await reply.send_ephemeral(await _answer(usecases, by, command))


async def _answer(usecases: UseCases, by: str, command: Payload) -> RenderedMessage:
    """Answer a subcommand; everything else is a question about the figures."""
    typed: str = command.get("text", "")
    first, _, rest = typed.strip().partition(" ")
    if first.casefold() == DIGEST:  # needs the ids of channels
        return await usecases.report_schedules.answer_command(by, rest, command.get("channel_id", ""))
    words = unescape_mrkdwn(typed, keeps_people=first.casefold() == TEMPO)
    first, _, rest = words.partition(" ")
    answer = SUBCOMMANDS.get(first.casefold())
    if answer is None or (rest.strip() and first.casefold() not in WITH_WORDS):
        return await usecases.reports.answer_question(by, words)
    return await answer(usecases, by, rest.strip())


async def _build_preview(usecases: UseCases, _by: str, words: str) -> RenderedMessage:
    return render_preview(await usecases.previews.build_preview(words))


async def _list_spam(usecases: UseCases, _by: str, _words: str) -> RenderedMessage:
    return await load_spam_page(usecases.spam)


SUBCOMMANDS: Mapping[str, Callable[[UseCases, str, str], Awaitable[RenderedMessage]]] = {
    "preview": _build_preview,
    "export": lambda usecases, by, words: usecases.exports.request_export(by, words),
    "episodes": lambda usecases, _by, _: usecases.episodes.list_episodes(),
    "episode": lambda usecases, _by, words: usecases.episodes.show_episode(words),
    "campaign": lambda usecases, by, words: usecases.campaigns.answer_command(by, words),
    "themes": lambda usecases, by, words: usecases.themes.answer_command(by, words),
    "needs": lambda usecases, by, _: usecases.ledger.list_entries(EntryKind.NEED, by),
    "questions": lambda usecases, by, _: usecases.ledger.list_entries(EntryKind.QUESTION, by),
    TEMPO: lambda usecases, by, words: usecases.tempo.answer_command(by, words),
    "spam": _list_spam,
    "staff": lambda usecases, by, _: usecases.staff_posts.render_newest(by),
    "thanks": lambda usecases, _by, _: usecases.thanks.list_unthanked(),
    "share": lambda usecases, by, _: usecases.thanks.list_shareworthy(by),
}
"""Beside the reports, which answer `help`, too."""
WITH_WORDS = frozenset({"preview", "export", "episode", "campaign", "themes", TEMPO})
"""Those that are asked with more words; the others stand alone."""

COMMAND = SlashCommand(
    action_ids.SENTIMENT,
    "What people post about us, and how fast we answer",
    "today | week | themes | tempo | episodes | episode | campaign | needs | questions | digest | preview | export | "
    "spam | staff | help",
    handle_sentiment,
)
