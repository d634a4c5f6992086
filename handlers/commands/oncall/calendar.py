"""/oncall calendar: one's shifts in one's own calendar."""

from bot.cards.drawing import Drawing
from handlers.asking import UseCases
from handlers.commands.oncall.subcommand import Subcommand


async def calendar(usecases: UseCases, by: str, words: str) -> Drawing:
    return await usecases.feeds.create_link(by, words)


SUBCOMMAND = Subcommand(
    "`/oncall calendar`: an address for your own calendar, in which your shifts are; `/oncall calendar care` has "
    "everybody's; `/oncall calendar revoke` makes the one there was useless.",
    calendar,
)
