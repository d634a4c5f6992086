"""The types of slash commands."""

from collections.abc import Awaitable, Callable
from typing import NamedTuple

from bot.cards.block_kit import RenderedMessage
from handlers.use_cases import UseCases


class SlashCommand(NamedTuple):
    """`description` and `usage_hint` are what Slack shows while somebody types; `handle` is a listener of Bolt's."""

    name: str
    description: str
    usage_hint: str
    handle: Callable[..., Awaitable[None]]


class Subcommand(NamedTuple):
    """`run` gets the person and the text after the name, people as `<@U…>`."""

    usage: str
    """Its part of the usage hint of the command."""
    hint: str
    """Its line in the command's help."""
    run: Callable[[UseCases, str, str], Awaitable[RenderedMessage]]
