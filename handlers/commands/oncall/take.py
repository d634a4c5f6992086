"""/oncall take: take a shift, by default from now until the next hand-over."""

from bot.cards.block_kit import RenderedMessage
from handlers.commands.slash_command import Subcommand
from handlers.use_cases import UseCases


async def take_shift(usecases: UseCases, by: str, words: str) -> RenderedMessage:
    return await usecases.oncall.take_shift(by, words)


SUBCOMMAND = Subcommand(
    "`/oncall take`, `/oncall take care until 08:00`, `/oncall take from Fri 20:00 for 12h`: you are on call instead "
    "of whoever would be.",
    take_shift,
    "take",
)
