"""Listeners for events of the Events API."""

from slack_bolt.async_app import AsyncApp

from handlers.events.app_home_opened import on_app_home_opened
from handlers.events.app_uninstalled import on_app_uninstalled
from handlers.events.pin_added import on_pin_added

LEAVING = ("app_uninstalled", "tokens_revoked")


def register(app: AsyncApp) -> None:
    app.event("app_home_opened")(on_app_home_opened)
    app.event("pin_added")(on_pin_added)
    for event in LEAVING:
        app.event(event)(on_app_uninstalled)
