"""/oncall swap @ben: swap the next shifts of two people."""

from bot.cards.block_kit import RenderedMessage
from handlers.commands.slash_command import Subcommand
from handlers.use_cases import UseCases


async def swap_shifts(usecases: UseCases, by: str, words: str) -> RenderedMessage:
    return await usecases.oncall.swap_shifts(by, words)


SUBCOMMAND = Subcommand(
    "`/oncall swap @ben`, `/oncall swap @ben Fri`: your next shift (or that of Friday) for theirs. They are "
    "asked first, and either of you can take it back.",
    swap_shifts,
    "swap @ben",
)
