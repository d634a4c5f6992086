"""/oncall calendar: a link to subscribe to one's shifts."""

from bot.cards.block_kit import RenderedMessage
from handlers.commands.slash_command import Subcommand
from handlers.use_cases import UseCases


async def show_calendar_link(usecases: UseCases, by: str, words: str) -> RenderedMessage:
    return await usecases.feeds.create_link(by, words)


SUBCOMMAND = Subcommand(
    "`/oncall calendar`: an address for your own calendar, in which your shifts are; `/oncall calendar care` has "
    "everybody's; `/oncall calendar revoke` makes the one there was useless.",
    show_calendar_link,
    "calendar",
)
