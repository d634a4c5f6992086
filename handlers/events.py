"""Listeners for events of the Events API."""

from datetime import UTC, datetime

import structlog
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.cards.home_view import HomeState
from handlers.home_responder import publish_home
from handlers.message_text import extract_message_text
from handlers.use_cases import CrisisUseCases, HomeTab, InstallationUseCases, Payload

UNINSTALLED = "app_uninstalled"
LEAVING = (UNINSTALLED, "tokens_revoked")

log = structlog.get_logger("slack")


async def on_app_home_opened(event: Payload, client: AsyncWebClient, home: HomeTab) -> None:
    """Publish the Home tab when a person opens it, with the filters that they chose before."""
    if event.get("tab") == "home":  # the Messages tab sends the same event
        state = HomeState.from_json((event.get("view") or {}).get("private_metadata", ""))
        await publish_home(event["user"], home, client, state._replace(starts=()))


async def on_access_lost(body: Payload, event: Payload, installations: InstallationUseCases | None) -> None:
    """The app was uninstalled, or its token revoked. Where it was installed by a link, what is kept of it ends."""
    team, enterprise = (str(body.get(key) or "") for key in ("team_id", "enterprise_id"))
    log.error("slack access taken away", why=event["type"], team=team)
    if installations is None:
        return
    at = datetime.fromtimestamp(int(body.get("event_time") or 0), UTC)
    if event["type"] == UNINSTALLED:
        await installations.uninstall(team, enterprise, at)
    elif (event.get("tokens") or {}).get("bot"):
        await installations.drop_token(team, enterprise, at)


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
        app.event(event)(on_access_lost)
