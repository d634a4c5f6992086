"""/oncall swap @ben: one's shift for the other's next."""

from bot.cards.drawing import RenderedMessage
from handlers.asking import UseCases
from handlers.commands.oncall.subcommand import Subcommand


async def swap_shifts(usecases: UseCases, by: str, words: str) -> RenderedMessage:
    return await usecases.oncall.swap_shifts(by, words)


SUBCOMMAND = Subcommand(
    "`/oncall swap @ben`, `/oncall swap @ben Fri`: your next shift (or that of Friday) for theirs. They are "
    "asked first, and either of you can take it back.",
    swap_shifts,
)
