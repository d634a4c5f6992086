"""The type of the subcommands of /oncall."""

from collections.abc import Awaitable, Callable
from typing import NamedTuple

from bot.cards.block_kit import RenderedMessage
from handlers.use_cases import UseCases


class Subcommand(NamedTuple):
    """`hint` is its line in `/oncall help`; `run` gets the person and the text after the name, people as `<@U…>`."""

    hint: str
    run: Callable[[UseCases, str, str], Awaitable[RenderedMessage]]
