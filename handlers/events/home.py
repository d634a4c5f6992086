"""Somebody opens Earshot's own tab."""

from slack_sdk.web.async_client import AsyncWebClient

from bot.usecases.home import HomeTab
from handlers.asking import Payload
from handlers.showing import show_home


async def opened(event: Payload, client: AsyncWebClient, home: HomeTab) -> None:
    if event.get("tab") == "home":  # the Messages tab of the app tells us too
        await show_home(event["user"], home, client)
