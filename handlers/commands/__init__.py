"""Slash commands: one file each, which declares `COMMAND`, and its name here."""

from collections.abc import Mapping
from importlib import import_module

from slack_bolt.async_app import AsyncApp

from handlers.commands.slash_command import SlashCommand

NAMES = ("sentiment", "oncall", "crises", "earshot")
COMMANDS: Mapping[str, SlashCommand] = {
    command.name: command for command in (import_module(f"{__name__}.{name}").COMMAND for name in NAMES)
}
"""What the manifest asks Slack for, in this order."""


def register(app: AsyncApp) -> None:
    for command in COMMANDS.values():
        app.command(command.name)(command.handle)
