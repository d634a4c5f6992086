"""Listeners for events of the Events API."""

import structlog
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.cards.home_view import HomeState
from handlers.home_responder import publish_home
from handlers.message_text import extract_message_text
from handlers.use_cases import CrisisUseCases, HomeTab, Payload

LEAVING = ("app_uninstalled", "tokens_revoked")

log = structlog.get_logger("slack")


async def on_app_home_opened(event: Payload, client: AsyncWebClient, home: HomeTab) -> None:
    """Publish the Home tab when a person opens it, with the filters that they chose before."""
    if event.get("tab") == "home":  # the Messages tab sends the same event
        state = HomeState.from_json((event.get("view") or {}).get("private_metadata", ""))
        await publish_home(event["user"], home, client, state._replace(starts=()))


async def on_app_uninstalled(body: Payload, event: Payload) -> None:
    """Log that the app was uninstalled or its token revoked: nothing can be posted until it is installed again."""
    log.error("slack access taken away", why=event["type"], team=body.get("team_id"))


async def on_pin_added(event: Payload, crises: CrisisUseCases) -> None:
    """Add a message that is pinned in the channel of a crisis to its timeline. Needs the optional scope pins:read."""
    message = (event.get("item") or {}).get("message") or {}
    if message.get("ts"):  # files can be pinned as well
        await crises.add_pinned_message(
            event["user"], event["channel_id"], message["ts"], extract_message_text(message)
        )


def register(app: AsyncApp) -> None:
    app.event("app_home_opened")(on_app_home_opened)
    app.event("pin_added")(on_pin_added)
    for event in LEAVING:
        app.event(event)(on_app_uninstalled)
