"""/oncall: who is on call, and changes of shifts."""

from collections.abc import Mapping

from bot.cards import action_ids
from bot.cards import oncall as cards
from bot.cards.block_kit import RenderedMessage
from handlers.commands.slash_command import SlashCommand, Subcommand
from handlers.use_cases import AsyncAck, Payload, Responder, UseCases

HELP = "help"
SHOW_HINT = "`/oncall`: who is on call now and next. `/oncall care` shows one department."

SUBCOMMANDS: Mapping[str, Subcommand] = {
    "take": Subcommand(
        "take",
        "`/oncall take`, `/oncall take care until 08:00`, `/oncall take from Fri 20:00 for 12h`: take a shift.",
        lambda usecases, by, words: usecases.oncall.take_shift(by, words),
    ),
    "swap": Subcommand(
        "swap @ben",
        "`/oncall swap @ben`, `/oncall swap @ben Fri`: swap your next shift, or Friday's, for theirs. Nothing changes "
        "until they accept, and either of you can take it back.",
        lambda usecases, by, words: usecases.oncall.swap_shifts(by, words),
    ),
    "cover": Subcommand(
        "cover me until 08:00",
        "`/oncall cover me until 08:00`: ask the department's channel to cover you. `/oncall cover me by @ben for 2h` "
        "asks Ben. `/oncall cover @ben until 08:00`: cover Ben yourself.",
        lambda usecases, by, words: usecases.oncall.cover_shift(by, words),
    ),
    "calendar": Subcommand(
        "calendar",
        "`/oncall calendar`: subscribe to your shifts in your own calendar. `/oncall calendar care` has everybody's. "
        "`/oncall calendar revoke` replaces the address.",
        lambda usecases, by, words: usecases.feeds.create_link(by, words),
    ),
    "drill": Subcommand(
        "drill",
        "`/oncall drill`, `/oncall drill care`: page the people on call as if it were 4 am, marked as a drill. You get "
        "a receipt. Repeat a missed drill until one succeeds.",
        lambda usecases, by, words: usecases.drills.start_drill(by, words),
    ),
}
"""By the first word of the text."""


async def handle_oncall(ack: AsyncAck, command: Payload, by: str, usecases: UseCases, reply: Responder) -> None:
    await ack()
    async with reply.report_refusals():
        await reply.send_ephemeral(await _run_subcommand(usecases, by, command.get("text", "").strip()))


async def _run_subcommand(usecases: UseCases, by: str, words: str) -> RenderedMessage:
    """Run a subcommand. Any other text is the name of a department."""
    first, _, rest = words.partition(" ")
    if first.casefold() == HELP:
        return cards.render_oncall_help([SHOW_HINT, *(one.hint for one in SUBCOMMANDS.values())])
    subcommand = SUBCOMMANDS.get(first.casefold())
    if subcommand is None:
        return await usecases.oncall.show_on_call(by, words)
    return await subcommand.run(usecases, by, rest)


COMMAND = SlashCommand(
    action_ids.ONCALL,
    "Who is on call, now and next",
    " | ".join([*(one.usage for one in SUBCOMMANDS.values()), HELP]),
    handle_oncall,
)
