"""The types of slash commands, and of the subcommands of /oncall."""

from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

from bot.cards.block_kit import RenderedMessage
from handlers.use_cases import UseCases


class SlashCommand(NamedTuple):
    """`description` and `usage_hint` are what Slack shows while somebody types; `handle` is a listener of Bolt's."""

    name: str
    description: str
    usage_hint: str
    handle: Callable[..., Awaitable[Any]]


class Subcommand(NamedTuple):
    """`hint` is its line in `/oncall help`; `run` gets the person and the text after the name, people as `<@U…>`."""

    hint: str
    run: Callable[[UseCases, str, str], Awaitable[RenderedMessage]]
    usage: str
    """Its part of the usage hint of /oncall."""
