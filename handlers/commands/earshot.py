"""/earshot: who may answer, whom to ask first, who is muted."""

import difflib
from collections.abc import Mapping

from bot.cards import action_ids
from bot.cards.block_kit import RenderedMessage, make_section
from bot.cards.sanitize import escape
from bot.domain.errors import NotAllowed
from handlers.commands.slash_command import SlashCommand, Subcommand
from handlers.payloads import unescape_mrkdwn
from handlers.use_cases import AsyncAck, Payload, Responder, UseCases

HELP = "help"


SUBCOMMANDS: Mapping[str, Subcommand] = {
    "deputize": Subcommand(
        "deputize @ana care until Friday",
        "`/earshot deputize @ana care until Friday`: Ana can claim and answer cases of care until Friday 18:00. "
        "Without an end, until somebody ends it. For managers.",
        lambda usecases, by, words: usecases.roles.deputize(by, words),
    ),
    "deputies": Subcommand(
        "deputies",
        "`/earshot deputies`: who can answer, for every department. `/earshot deputies care` for one.",
        lambda usecases, by, words: usecases.roles.list_deputies(by, words),
    ),
    "dismiss": Subcommand(
        "dismiss @ana care",
        "`/earshot dismiss @ana care`: Ana is no longer a deputy of care. Cases that they own stay theirs.",
        lambda usecases, by, words: usecases.roles.dismiss(by, words),
    ),
    "point": Subcommand(
        "point @ana care",
        "`/earshot point @ana care`: Ana is the person to ask first about care. With `until Friday` they cover until "
        "then. `/earshot point care off` ends it, `/earshot point` lists all. For deputies and managers.",
        lambda usecases, by, words: usecases.roles.set_point(by, words),
    ),
    "say": Subcommand(
        'say "…" for care until 18:00',
        '`/earshot say "Refunds open at noon" for care until 18:00`: who claims a case of care sees this, and it is on '
        "Home. Without an end, until midnight. `/earshot say off for care` ends it. For managers and point persons.",
        lambda usecases, by, words: usecases.day_messages.set_message(by, unescape_mrkdwn(words)),
    ),
    "mute": Subcommand(
        "mute @handle",
        "`/earshot mute @handle until Friday`: new posts of this author are counted but open no case. "
        "`/earshot mute forum` mutes a source. A crisis still comes through. For deputies and managers.",
        lambda usecases, by, words: usecases.mutes.mute(by, words),
    ),
    "mutes": Subcommand(
        "mutes",
        "`/earshot mutes`: who is muted, until when, and how many mentions each mute hides.",
        lambda usecases, by, words: usecases.mutes.list_mutes(by, words),
    ),
    "recognition": Subcommand(
        "recognition off",
        "`/earshot recognition off`: the report of a week doesn't name you. `/earshot recognition on`: it may.",
        lambda usecases, by, words: usecases.recognition.choose(by, words),
    ),
    "unmute": Subcommand(
        "unmute @handle",
        "`/earshot unmute @handle`: ends a mute.",
        lambda usecases, by, words: usecases.mutes.unmute(by, words),
    ),
}
"""By the first word of the text."""
SPELLINGS = {"deputise": "deputize"}


async def handle_earshot(ack: AsyncAck, command: Payload, by: str, usecases: UseCases, reply: Responder) -> None:
    await ack()
    async with reply.report_refusals():
        await reply.send_ephemeral(await _run_subcommand(usecases, by, command.get("text", "").strip()))


async def _run_subcommand(usecases: UseCases, by: str, words: str) -> RenderedMessage:
    first, _, rest = words.partition(" ")
    name = SPELLINGS.get(first.casefold(), first.casefold())
    if name in {"", HELP}:
        return render_help()
    if subcommand := SUBCOMMANDS.get(name):
        return await subcommand.run(usecases, by, rest.strip())
    near = difflib.get_close_matches(name, [*SUBCOMMANDS, HELP], n=1)
    typed = f"Earshot doesn't know “{escape(first[:40])}”."
    raise NotAllowed(f"{typed} Did you mean `/earshot {near[0]}`?" if near else f"{typed} Try `/earshot help`.")


def render_help() -> RenderedMessage:
    text = "\n".join(one.hint for one in SUBCOMMANDS.values())
    others = "`/sentiment` shows what people say, `/oncall` who is on call, `/crisis` leads a crisis."
    return RenderedMessage("What you can do with /earshot", [make_section(text), make_section(others)])


COMMAND = SlashCommand(
    action_ids.EARSHOT,
    "Who may answer, whom to ask first, who is muted",
    " | ".join([*(one.usage for one in SUBCOMMANDS.values()), HELP]),
    handle_earshot,
)
