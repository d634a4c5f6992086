"""/oncall drill care: whoever is on call is called as at four in the morning, for nothing."""

from bot.cards.drawing import RenderedMessage
from handlers.asking import UseCases
from handlers.commands.oncall.subcommand import Subcommand


async def start_drill(usecases: UseCases, by: str, words: str) -> RenderedMessage:
    return await usecases.drills.start_drill(by, words)


SUBCOMMAND = Subcommand(
    "`/oncall drill`, `/oncall drill care`: whoever is on call is called as at four in the morning, marked as a drill. "
    "You get a receipt; one that was missed stays open until it is repeated.",
    start_drill,
)
