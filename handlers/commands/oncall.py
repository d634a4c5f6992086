"""/oncall: who is on call, and changes of shifts."""

from collections.abc import Mapping

from bot.cards import action_ids
from bot.cards import oncall as cards
from bot.cards.block_kit import RenderedMessage
from handlers.commands.slash_command import SlashCommand, Subcommand
from handlers.use_cases import AsyncAck, Payload, Responder, UseCases

HELP = "help"
SHOW_HINT = "`/oncall`: who is on call now and next, for every department; `/oncall care` for one."

SUBCOMMANDS: Mapping[str, Subcommand] = {
    "take": Subcommand(
        "take",
        "`/oncall take`, `/oncall take care until 08:00`, `/oncall take from Fri 20:00 for 12h`: you are on call "
        "instead of whoever would be.",
        lambda usecases, by, words: usecases.oncall.take_shift(by, words),
    ),
    "swap": Subcommand(
        "swap @ben",
        "`/oncall swap @ben`, `/oncall swap @ben Fri`: your next shift (or that of Friday) for theirs. They are "
        "asked first, and either of you can take it back.",
        lambda usecases, by, words: usecases.oncall.swap_shifts(by, words),
    ),
    "cover": Subcommand(
        "cover me until 08:00",
        "`/oncall cover me until 08:00`: asks in the department's channel, and whoever presses first has it; "
        "`/oncall cover me by @ben for 2h` asks Ben; `/oncall cover @ben until 08:00`: you have what is theirs.",
        lambda usecases, by, words: usecases.oncall.cover_shift(by, words),
    ),
    "calendar": Subcommand(
        "calendar",
        "`/oncall calendar`: an address for your own calendar, in which your shifts are; `/oncall calendar care` has "
        "everybody's; `/oncall calendar revoke` makes the one there was useless.",
        lambda usecases, by, words: usecases.feeds.create_link(by, words),
    ),
    "drill": Subcommand(
        "drill",
        "`/oncall drill`, `/oncall drill care`: whoever is on call is called as at four in the morning, marked as a "
        "drill. You get a receipt; one that was missed stays open until it is repeated.",
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
