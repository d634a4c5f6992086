"""Publish the Home tab when somebody opens it."""

from slack_sdk.web.async_client import AsyncWebClient

from handlers.responses import publish_home
from handlers.use_cases import HomeTab, Payload


async def on_app_home_opened(event: Payload, client: AsyncWebClient, home: HomeTab) -> None:
    if event.get("tab") == "home":  # the Messages tab sends the same event
        await publish_home(event["user"], home, client)
