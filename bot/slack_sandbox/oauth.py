"""Slack's own address for an app in several workspaces: its installation by OAuth, and the Web API by its tokens."""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlencode

from aiohttp import BasicAuth, web

from bot.slack_sandbox.server import SlackSandbox
from bot.slack_sandbox.slack_errors import Json, SlackError
from bot.slack_sandbox.web_api.server import parse_arguments, read_token
from bot.slack_sandbox.workspace import APP_ID, BOT_USER

CODE_LIFE = 600.0
"""Seconds for which a code can be exchanged, once."""


@dataclass(frozen=True)
class AuthorizationCode:
    sandbox: SlackSandbox
    by: str
    redirect_uri: str
    at: float


class SlackTeams:
    """Listens on 127.0.0.1. Who opens the authorization page allows everything at once, as `installer`.

    Each installation gets a new token, and only the newest of a workspace is valid.
    """

    def __init__(
        self,
        sandboxes: Sequence[SlackSandbox],
        now: Callable[[], float],
        client_id: str = "1234.5678",
        client_secret: str = "sandbox-client-secret",  # noqa: S107 - valid only in this sandbox
    ) -> None:
        self._sandboxes = {sandbox.workspace.team_id: sandbox for sandbox in sandboxes}
        self._now = now
        self.client_id, self.client_secret = client_id, client_secret
        self.installer = "U0MIA"
        self.refuses = ""
        """Slack's reason to send people back without a code, such as access_denied."""
        self.rotates_tokens = False
        """Whether the app was set to tokens that expire."""
        self._codes: dict[str, AuthorizationCode] = {}
        self._numbers = itertools.count(1)
        self._runner: web.AppRunner | None = None
        self.base_url = ""

    @property
    def api_url(self) -> str:
        return f"{self.base_url}/api/"

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_get("/oauth/v2/authorize", self._answer_authorization)
        app.router.add_route("*", "/api/{method}", self._handle_call)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.base_url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def _answer_authorization(self, request: web.Request) -> web.Response:
        query = request.query
        sandbox = self._sandboxes.get(query.get("team", "")) or next(iter(self._sandboxes.values()))
        if query.get("client_id") != self.client_id:
            return web.Response(status=400, text="invalid_client_id")
        answer = {"state": query.get("state", "")}
        if self.refuses:
            answer["error"] = self.refuses
        else:
            answer["code"] = f"{next(self._numbers)}.code"
            self._codes[answer["code"]] = AuthorizationCode(
                sandbox, self.installer, query.get("redirect_uri", ""), self._now()
            )
        return web.Response(status=302, headers={"Location": f"{query.get('redirect_uri', '')}?{urlencode(answer)}"})

    async def _handle_call(self, request: web.Request) -> web.StreamResponse:
        arguments = await parse_arguments(request)
        if request.match_info["method"] == "oauth.v2.access":
            try:
                return web.json_response({"ok": True, **self._redeem_code(request, arguments)})
            except SlackError as no:
                return web.json_response(no.build_error_body())
        token = read_token(request, arguments)
        sandboxes = list(self._sandboxes.values())
        owner = next((one for one in sandboxes if one.app.bot_token == token), sandboxes[0])
        return await owner.handle_api_call(request)

    def _redeem_code(self, request: web.Request, arguments: Json) -> Json:
        self._check_client(request, arguments)
        code = self._codes.pop(str(arguments.get("code", "")), None)
        if code is None or self._now() - code.at > CODE_LIFE:
            raise SlackError("invalid_code")
        if code.redirect_uri and arguments.get("redirect_uri") != code.redirect_uri:
            raise SlackError("bad_redirect_uri")
        workspace, app = code.sandbox.workspace, code.sandbox.app
        app.bot_token = code.sandbox.bot_token = f"xoxb-{workspace.team_id}-{next(self._numbers)}"
        app.token_error = ""
        expiring = {"refresh_token": "xoxe-1-refresh", "expires_in": 43_200} if self.rotates_tokens else {}
        return {
            "access_token": app.bot_token,
            "token_type": "bot",
            "scope": ",".join(app.scopes),
            "bot_user_id": BOT_USER,
            "app_id": APP_ID,
            "team": {"id": workspace.team_id, "name": workspace.name},
            "enterprise": None,
            "is_enterprise_install": False,
            "authed_user": {"id": code.by},
            **expiring,
        }

    def _check_client(self, request: web.Request, arguments: Json) -> None:
        """The credentials are in the body, or in the header as HTTP Basic has them."""
        client_id, secret = arguments.get("client_id"), arguments.get("client_secret")
        header = request.headers.get("Authorization", "")
        if header.startswith("Basic "):
            basic = BasicAuth.decode(header)
            client_id, secret = basic.login, basic.password
        if client_id != self.client_id:
            raise SlackError("invalid_client_id")
        if secret != self.client_secret:
            raise SlackError("bad_client_secret")
