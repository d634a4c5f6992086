"""How Slack's requests come in: signed HTTP, or a socket that we open."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient
from starlette.requests import Request
from starlette.responses import Response

log = structlog.get_logger("slack")

LOOK_EVERY = 5.0
"""Seconds between looks at the socket: a refused ticket is tried for ever until somebody clears it."""
DEAD_AFTER = 3
"""Looks in a row at which the socket was down."""
PATIENCE = 3.0
"""Seconds that a start waits for the socket, which is up in a tenth of one where Slack is well."""


def make_app(client: AsyncWebClient, signing_secret: str) -> AsyncApp:
    """`signing_secret` is empty where Socket Mode is used: what comes over our own socket is not signed.

    It is given a name, or Bolt would look for one in every module that is loaded, for a tenth of a second.
    """
    return AsyncApp(
        name="earshot",
        client=client,
        signing_secret=signing_secret or None,
        request_verification_enabled=bool(signing_secret),
        url_verification_enabled=True,
    )


def http_endpoint(app: AsyncApp) -> Callable[[Request], Awaitable[Response]]:
    handler = AsyncSlackRequestHandler(app)

    async def events(request: Request) -> Response:
        return await handler.handle(request)

    return events


class Socket:
    """Socket Mode, with a watch on it."""

    def __init__(self, app: AsyncApp, app_token: str) -> None:
        self._handler = AsyncSocketModeHandler(app, app_token, web_client=app.client)
        self._tasks: list[asyncio.Task[None]] = []

    async def open(self) -> None:
        """Waits a little. Where Slack is away it is tried for ever beside the rest, which need not wait for it."""
        connecting = asyncio.create_task(self._handler.connect_async())  # type: ignore[no-untyped-call]
        self._tasks = [connecting, asyncio.create_task(self._watch())]
        await asyncio.wait({connecting}, timeout=PATIENCE)

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._handler.close_async()  # type: ignore[no-untyped-call]

    async def _watch(self) -> None:
        down = 0
        while True:
            await asyncio.sleep(LOOK_EVERY)
            down = 0 if await self._handler.client.is_connected() else down + 1
            if down == DEAD_AFTER:
                log.warning("socket down, asking for another")
                self._handler.client.wss_uri = None
