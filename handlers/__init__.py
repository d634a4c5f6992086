"""Thin listeners for Slack's requests, by kind of request: each acks, calls a use case and answers."""

from collections.abc import Awaitable, Callable

from slack_bolt.async_app import AsyncApp

from handlers import actions, commands, events, shortcuts, views
from handlers.brand_access import FindBrand, find_by_context
from handlers.chart_upload import PAUSE
from handlers.error_handler import on_error
from handlers.payloads import translate_menu_choice
from handlers.use_cases import Payload, UseCases, inject_use_cases
from handlers.workspace_guard import refuse_other_workspaces

__all__ = ["UseCases", "register"]


def register(app: AsyncApp, find: FindBrand, picture_pause: float = PAUSE) -> None:
    """`find` returns the brand of a workspace; `picture_pause` is in seconds; see `PAUSE`."""
    app.middleware(translate_menu_choices)
    app.middleware(find_by_context(find))
    app.middleware(inject_use_cases(picture_pause))
    app.middleware(refuse_other_workspaces)
    app.error(on_error)
    for family in (actions, commands, events, shortcuts, views):
        family.register(app)


async def translate_menu_choices(body: Payload, next: Callable[[], Awaitable[None]]) -> None:  # noqa: A002 - Bolt's name
    """Middleware: the menu of a card has no listener of its own, its options have those of the buttons."""
    translate_menu_choice(body)
    await next()
