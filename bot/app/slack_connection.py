"""What connects one process to Slack: the socket that Slack answers on, or the endpoint that Slack calls."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from slack_sdk.web.async_client import AsyncWebClient

from bot.config.settings import Settings
from bot.web.routes import Endpoint
from handlers import UseCases, register
from handlers.bolt_app import SocketModeConnection, build_bolt_app, build_http_endpoint


@asynccontextmanager
async def connect_slack(
    client: AsyncWebClient, settings: Settings, usecases: UseCases
) -> AsyncIterator[Endpoint | None]:
    """Yield the endpoint that Slack calls; None with SLACK_APP_TOKEN, where a socket is open within the block."""
    signing = None if settings.slack_app_token else settings.slack_signing_secret
    secret = signing.get_secret_value() if signing else ""
    bolt = build_bolt_app(client, secret)
    register(bolt, usecases)
    if not settings.slack_app_token:
        yield build_http_endpoint(bolt, secret) if secret else None
        return
    socket = SocketModeConnection(bolt, settings.slack_app_token.get_secret_value())
    await socket.open()
    try:
        yield None
    finally:
        await socket.close()
