"""What a subcommand of /oncall is made of."""

from collections.abc import Awaitable, Callable
from typing import NamedTuple

from bot.cards.block_kit import RenderedMessage
from handlers.use_cases import UseCases


class Subcommand(NamedTuple):
    """`hint` is its line in `/oncall help`; `run` is given who asks, and what was typed after the subcommand's name.

    People are in there as Slack writes them, `<@U…>`.
    """

    hint: str
    run: Callable[[UseCases, str, str], Awaitable[RenderedMessage]]
