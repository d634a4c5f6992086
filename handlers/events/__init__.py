"""Things that happen in the workspace."""

from slack_bolt.async_app import AsyncApp

from handlers.events.home import opened
from handlers.events.leaving import left
from handlers.events.pins import pinned

LEAVING = ("app_uninstalled", "tokens_revoked")


def register(app: AsyncApp) -> None:
    app.event("app_home_opened")(opened)
    app.event("pin_added")(pinned)
    for event in LEAVING:
        app.event(event)(left)
