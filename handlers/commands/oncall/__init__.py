"""/oncall: who is on call, and changes of shifts. Each subcommand is a file beside this one."""

from collections.abc import Mapping
from types import MappingProxyType

from bot.cards import oncall as cards
from bot.cards.block_kit import RenderedMessage
from handlers.commands.oncall import calendar, cover, drill, show, swap, take
from handlers.commands.oncall.subcommand import Subcommand
from handlers.use_cases import AsyncAck, Payload, Responder, UseCases

HELP = "help"
SUBCOMMANDS: Mapping[str, Subcommand] = MappingProxyType(
    {
        "take": take.SUBCOMMAND,
        "swap": swap.SUBCOMMAND,
        "cover": cover.SUBCOMMAND,
        "drill": drill.SUBCOMMAND,
        "calendar": calendar.SUBCOMMAND,
    }
)
"""By the first word of the text."""


async def handle_oncall(ack: AsyncAck, command: Payload, by: str, usecases: UseCases, reply: Responder) -> None:
    await ack()
    async with reply.report_refusals():
        await reply.send_ephemeral(await _run_subcommand(usecases, by, command.get("text", "").strip()))


async def _run_subcommand(usecases: UseCases, by: str, words: str) -> RenderedMessage:
    """Run a subcommand. Any other text is the name of a department."""
    first, _, rest = words.partition(" ")
    if first.casefold() == HELP:
        return cards.render_oncall_help([show.HINT, *(one.hint for one in SUBCOMMANDS.values())])
    subcommand = SUBCOMMANDS.get(first.casefold())
    if subcommand is None:
        return await show.show_on_call(usecases, by, words)
    return await subcommand.run(usecases, by, rest)
