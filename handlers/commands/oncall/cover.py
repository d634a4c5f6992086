"""/oncall cover: ask somebody to cover a shift, or cover theirs."""

from bot.cards.block_kit import RenderedMessage
from handlers.commands.slash_command import Subcommand
from handlers.use_cases import UseCases


async def request_cover(usecases: UseCases, by: str, words: str) -> RenderedMessage:
    return await usecases.oncall.cover_shift(by, words)


SUBCOMMAND = Subcommand(
    "`/oncall cover me until 08:00`: asks in the department's channel, and whoever presses first has it; "
    "`/oncall cover me by @ben for 2h` asks Ben; `/oncall cover @ben until 08:00`: you have what is theirs.",
    request_cover,
    "cover me until 08:00",
)
