"""The type of slash commands."""

from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple


class SlashCommand(NamedTuple):
    """`description` and `usage_hint` are what Slack shows while somebody types; `handle` is a listener of Bolt's."""

    name: str
    description: str
    usage_hint: str
    handle: Callable[..., Awaitable[Any]]
