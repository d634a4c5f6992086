"""The installation of the app by a link: Slack's OAuth as Bolt does it, with our use cases in place of its stores."""

import logging
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

from aiohttp import ClientError
from slack_bolt.adapter.starlette.async_handler import to_async_bolt_request, to_starlette_response
from slack_bolt.oauth.async_callback_options import AsyncCallbackOptions, AsyncFailureArgs, AsyncSuccessArgs
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_bolt.response import BoltResponse
from slack_sdk.oauth.installation_store import Installation
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore
from slack_sdk.oauth.state_store.async_state_store import AsyncOAuthStateStore
from slack_sdk.web.async_client import AsyncWebClient
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from bot.domain.errors import NotAllowed, StoreUnavailable
from bot.usecases.installations import InstallationUseCases
from handlers.manifest import OPTIONAL, SCOPES

INSTALL_PATH, REDIRECT_PATH = "/slack/install", "/slack/oauth_redirect"
AGAIN = "Begin again at the link for the installation."
FAILURES = {
    "access_denied": "The installation was cancelled. Nothing was changed.",
    "invalid_browser": f"This installation was not begun in this browser. {AGAIN}",
    "invalid_state": f"This installation has expired or was used before. {AGAIN}",
}
"""By Bolt's and Slack's reasons."""
NOT_CONFIRMED = f"Slack didn't confirm this installation. {AGAIN}"
ROTATED = "Earshot can't use tokens that expire. Turn off token rotation in the app's settings, and install it again."
AWAY = "Earshot can't reach its database. Install it again in a minute."
SLACK_AWAY = f"Slack doesn't answer. {AGAIN}"
HEADERS = {
    "Content-Type": "text/plain; charset=utf-8",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class AppCredentials(NamedTuple):
    """The app's credentials at Slack. `authorize_url` is Slack's page, `redirect_url` our address after it."""

    client_id: str
    client_secret: str
    authorize_url: str
    redirect_url: str


class InstallationAdapter(AsyncInstallationStore):
    """Keeps what Bolt exchanged for a code. Bolt reads no installation: `BrandAuthorization` does."""

    def __init__(self, usecases: InstallationUseCases) -> None:
        self._usecases = usecases

    async def async_save(self, installation: Installation) -> None:
        """Raises `NotAllowed` and `StoreUnavailable`."""
        if installation.bot_refresh_token:
            raise NotAllowed(ROTATED)
        team, name = installation.team_id, installation.team_name
        if installation.is_enterprise_install:
            team, name = installation.enterprise_id, installation.enterprise_name
        brand = await self._usecases.install(team or "", name or "", installation.user_id, installation.bot_token or "")
        installation.set_custom_value("brand", brand)


class StateAdapter(AsyncOAuthStateStore):
    def __init__(self, usecases: InstallationUseCases) -> None:
        self._usecases = usecases

    async def async_issue(self, *_: Any, **__: Any) -> str:
        return await self._usecases.issue_state()

    async def async_consume(self, state: str) -> bool:
        return await self._usecases.consume_state(state)


def build_oauth(client: AsyncWebClient, app: AppCredentials, usecases: InstallationUseCases) -> AsyncOAuthFlow:
    """`client` has no token."""
    settings = AsyncOAuthSettings(
        client_id=app.client_id,
        client_secret=app.client_secret,
        scopes=[*SCOPES, *OPTIONAL],
        user_scopes=[],
        redirect_uri=app.redirect_url,
        install_path=INSTALL_PATH,
        install_page_rendering_enabled=False,
        redirect_uri_path=REDIRECT_PATH,
        callback_options=AsyncCallbackOptions(success=_answer_success, failure=_answer_failure),
        authorization_url=app.authorize_url,
        installation_store=InstallationAdapter(usecases),
        state_store=StateAdapter(usecases),
    )
    return AsyncOAuthFlow(client=client, logger=logging.getLogger("slack_bolt.oauth"), settings=settings)


def build_oauth_endpoints(flow: AsyncOAuthFlow) -> dict[str, Callable[[Request], Awaitable[Response]]]:
    """Return the endpoints for GET by their paths."""
    return {
        INSTALL_PATH: _build_endpoint(flow.handle_installation),
        REDIRECT_PATH: _build_endpoint(flow.handle_callback),
    }


def _build_endpoint(handle: Callable[[Any], Awaitable[BoltResponse]]) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        try:
            return to_starlette_response(await handle(to_async_bolt_request(request, b"")))
        except NotAllowed as no:
            sentence, status = str(no), 403
        except StoreUnavailable:
            sentence, status = AWAY, 503
        except (ClientError, TimeoutError, OSError):
            sentence, status = SLACK_AWAY, 502
        return PlainTextResponse(f"{sentence}\n", status, HEADERS)

    return answer


async def _answer_success(args: AsyncSuccessArgs) -> BoltResponse:
    brand = args.installation.get_custom_value("brand")
    words = f"Earshot is installed for {brand}. Now add it to the channels of its playbook."
    return _build_response(args, words, 200)


async def _answer_failure(args: AsyncFailureArgs) -> BoltResponse:
    """Slack's own reasons are words of whoever built the link, so only known ones are told."""
    return _build_response(args, FAILURES.get(args.reason, NOT_CONFIRMED), args.suggested_status_code)


def _build_response(args: AsyncSuccessArgs | AsyncFailureArgs, words: str, status: int) -> BoltResponse:
    """The state is used, or wrong: the browser forgets it."""
    cookie = args.settings.state_utils.build_set_cookie_for_deletion()
    return BoltResponse(status=status, body=f"{words}\n", headers={**HEADERS, "Set-Cookie": cookie})
