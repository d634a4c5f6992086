"""/oncall drill care: page whoever is on call, as a test."""

from bot.cards.block_kit import RenderedMessage
from handlers.commands.slash_command import Subcommand
from handlers.use_cases import UseCases


async def start_drill(usecases: UseCases, by: str, words: str) -> RenderedMessage:
    return await usecases.drills.start_drill(by, words)


SUBCOMMAND = Subcommand(
    "`/oncall drill`, `/oncall drill care`: whoever is on call is called as at four in the morning, marked as a drill. "
    "You get a receipt; one that was missed stays open until it is repeated.",
    start_drill,
    "drill",
)
