"""/oncall, /oncall care: who is on call now, and who next."""

from bot.cards.block_kit import RenderedMessage
from handlers.use_cases import UseCases

HINT = "`/oncall`: who is on call now and next, for every department; `/oncall care` for one."


async def show_on_call(usecases: UseCases, by: str, words: str) -> RenderedMessage:
    return await usecases.oncall.show_on_call(by, words)
