"""/oncall: who is on call, and changes of shifts. Each subcommand is a file beside this one."""

from collections.abc import Mapping
from importlib import import_module

from slack_bolt.context.ack.async_ack import AsyncAck

from bot.cards import action_ids
from bot.cards import oncall as cards
from bot.cards.block_kit import RenderedMessage
from handlers.commands.oncall import show
from handlers.commands.slash_command import SlashCommand, Subcommand
from handlers.responder import Responder
from handlers.use_cases import Payload, UseCases

HELP = "help"
NAMES = (
    "take",
    "swap",
    "cover",
    "calendar",
    "drill",
)
SUBCOMMANDS: Mapping[str, Subcommand] = {name: import_module(f"{__name__}.{name}").SUBCOMMAND for name in NAMES}
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


COMMAND = SlashCommand(
    action_ids.ONCALL,
    "Who is on call, now and next",
    " | ".join([*(one.usage for one in SUBCOMMANDS.values()), HELP]),
    handle_oncall,
)
