"""Build the Bolt app, and receive requests over signed HTTP or Socket Mode."""

import asyncio
import json
import os
import re
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from urllib.parse import parse_qsl

import structlog
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncApp
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from handlers.brand_access import BrandAuthorization, FindBrand

log = structlog.get_logger("slack")

TOKEN = "SLACK_BOT_TOKEN"  # noqa: S105 - the name of the variable
LOOK_EVERY = 5.0
"""Seconds between checks of the socket: a rejected URL is retried for ever until it is cleared."""
DEAD_AFTER = 3
"""Failed checks in a row after which a new URL is requested."""
FRESH = 300
"""Seconds by which the timestamp of a request may differ from our clock."""
PATIENCE = 3.0
"""Seconds that a start waits for the socket, which normally opens within 0.1 s."""


def build_bolt_app(
    client: AsyncWebClient, signing_secret: str, find: FindBrand, oauth: AsyncOAuthFlow | None = None
) -> AsyncApp:
    """Return the app. `signing_secret` is '' in Socket Mode, where requests are not signed; `client` has no token.

    The explicit name keeps Bolt from searching all loaded modules for one, which takes 0.1 s.
    """
    with _remove_token():
        return AsyncApp(
            name="earshot",
            client=client,
            authorize=BrandAuthorization(find),
            oauth_flow=oauth,
            signing_secret=signing_secret or None,
            request_verification_enabled=bool(signing_secret),
            url_verification_enabled=True,
        )


@contextmanager
def _remove_token() -> Iterator[None]:
    """Bolt takes a token from the environment by itself, and then warns that it has no use for it."""
    token = os.environ.pop(TOKEN, None)
    try:
        yield
    finally:
        if token is not None:
            os.environ[TOKEN] = token


def build_http_endpoint(app: AsyncApp, signing_secret: str) -> Callable[[Request], Awaitable[Response]]:
    """Return an endpoint that verifies the signature first: Bolt parses a body before it does, and fails on junk."""
    handler = AsyncSlackRequestHandler(app)
    verifier = SignatureVerifier(signing_secret)

    async def handle_request(request: Request) -> Response:
        stamp, signature = (request.headers.get(f"x-slack-{name}", "") for name in ("request-timestamp", "signature"))
        if not _is_fresh(verifier, stamp) or not re.fullmatch("v0=[0-9a-f]{64}", signature):
            return await _answer_unsigned(request)
        body = await request.body()
        if not _is_text(body) or not verifier.is_valid(body, stamp, signature):
            return _reject_request("X-Slack-Signature does not match")
        if not _is_slack_payload(body, request.headers.get("content-type", "")):
            return JSONResponse({"error": "this isn't a request from Slack"}, 400)
        return await handler.handle(request)

    return handle_request


def _is_fresh(verifier: SignatureVerifier, stamp: str) -> bool:
    return bool(re.fullmatch(r"[0-9]{1,11}", stamp)) and abs(verifier.clock.now() - int(stamp)) <= FRESH


async def _answer_unsigned(request: Request) -> Response:
    """Answer Slack's unsigned check of our certificate; reject everything else."""
    length = request.headers.get("content-length", "")
    if re.fullmatch(r"[0-9]{1,3}", length) and ("ssl_check", "1") in parse_qsl(
        (await request.body()).decode("utf-8", "replace")
    ):
        return Response()
    return _reject_request("X-Slack-Signature and X-Slack-Request-Timestamp of the last 5 minutes are required")


def _reject_request(sentence: str) -> Response:
    log.warning("request refused", why="signature")
    return JSONResponse({"error": sentence}, 401)


def _is_text(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True


def _is_slack_payload(body: bytes, content_type: str) -> bool:
    """Whether a signed body has a form that Slack sends: JSON, a form with JSON in `payload`, or a form."""
    words = body.decode()
    if not words.startswith("{") and not content_type.startswith("application/json"):
        words = dict(parse_qsl(words, keep_blank_values=True)).get("payload", "{}")
    try:
        return isinstance(json.loads(words), dict)
    except (ValueError, RecursionError):
        return False


class SocketModeConnection:
    """A Socket Mode connection that is monitored."""

    def __init__(self, app: AsyncApp, app_token: str) -> None:
        self._handler = AsyncSocketModeHandler(app, app_token, web_client=app.client)
        self._tasks: list[asyncio.Task[None]] = []

    async def open(self) -> None:
        """Connect, and wait up to 3 s for it. Where Slack is away, retries go on in the background."""
        connecting = asyncio.create_task(self._handler.connect_async())  # type: ignore[no-untyped-call]
        self._tasks = [connecting, asyncio.create_task(self._monitor_connection())]
        await asyncio.wait({connecting}, timeout=PATIENCE)

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._handler.close_async()  # type: ignore[no-untyped-call]

    async def _monitor_connection(self) -> None:
        down = 0
        while True:
            await asyncio.sleep(LOOK_EVERY)
            down = 0 if await self._handler.client.is_connected() else down + 1
            if down == DEAD_AFTER:
                log.warning("socket down, asking for another")
                self._handler.client.wss_uri = None
