"""/oncall, /oncall care: who is on call now, and who next."""

from bot.cards.drawing import Drawing
from handlers.asking import UseCases

HINT = "`/oncall`: who is on call now and next, for every department; `/oncall care` for one."


async def show(usecases: UseCases, by: str, words: str) -> Drawing:
    return await usecases.oncall.show_on_call(by, words)
