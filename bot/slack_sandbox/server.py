"""The sandbox server: a workspace, its Web API, Socket Mode, response URLs and the browser UI."""

import errno
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Self

from aiohttp import web

from bot.slack_sandbox.app_manifest import AppManifest
from bot.slack_sandbox.change_log import ChangeKind
from bot.slack_sandbox.event_delivery import EventDelivery
from bot.slack_sandbox.faults import FaultRegistry
from bot.slack_sandbox.installation import AppInstallation, TriggerIds
from bot.slack_sandbox.limits import WebApiLimits
from bot.slack_sandbox.payloads import PayloadBuilder
from bot.slack_sandbox.people import SlackUser
from bot.slack_sandbox.response_urls import ResponseUrls
from bot.slack_sandbox.slack_errors import Json, SlackError
from bot.slack_sandbox.socket_mode import SocketModeServer
from bot.slack_sandbox.ui.routes import WorkspaceUi
from bot.slack_sandbox.ui.security import check_origin, set_security_headers
from bot.slack_sandbox.web_api.server import WebApiServer, parse_arguments
from bot.slack_sandbox.workspace import BOT_USER, SlackWorkspace

USUAL_SCOPES = ("chat:write", "commands", "usergroups:read", "users:read", "dnd:read")
BIGGEST_BODY = 16 * 1024 * 1024


class SlackSandbox:
    """Listen on 127.0.0.1, on the first free one of `ports` (0: any).

    Deliveries are sent to `app.request_url`, signed with the time that `stamp` returns; without it, over Socket Mode.
    """

    def __init__(
        self,
        workspace: SlackWorkspace,
        *,
        scopes: Sequence[str] = USUAL_SCOPES,
        now: Callable[[], float] | None = None,
        stamp: Callable[[], float] = time.time,
        trigger_now: Callable[[], float] | None = None,
        ack_within: float = 3.0,
        ports: Sequence[int] = (0,),
    ) -> None:
        now = now or workspace.now
        self.workspace = workspace
        self.faults, self.limits = FaultRegistry(now), WebApiLimits(now)
        triggers = TriggerIds(trigger_now or now)
        self.app = AppInstallation(workspace, now, list(scopes), self.limits, self.faults, triggers)
        self.bot_token, self.app_token = self.app.bot_token, self.app.app_token
        self.signing_secret = self.app.signing_secret
        self.change_log = workspace.feed
        self.sockets = SocketModeServer(self.app)
        self._urls = ResponseUrls(workspace, now)
        self._api = WebApiServer(self.app)
        self.deliveries = EventDelivery(self.app, self.sockets, stamp)
        self.deliveries.ack_within = ack_within
        self._payloads = PayloadBuilder(self.app, self._urls)
        self._people: dict[str, SlackUser] = {}
        self._runner: web.AppRunner | None = None
        self._ports = ports
        self._mounted: list[web.AbstractRouteDef] = []
        self.page = WorkspaceUi(self.app, self.get_user)

    @property
    def api_url(self) -> str:
        return f"{self.app.base_url}/api/"

    @property
    def url(self) -> str:
        return self.app.base_url

    def mount_routes(self, routes: Iterable[web.AbstractRouteDef], *, script: str = "") -> None:
        """Serve more routes, and let the UI load one more module. Call it before `start`; origins are checked too."""
        self._mounted += routes
        self.page.scripts += [script] if script else []

    async def start(self) -> None:
        site_app = web.Application(client_max_size=BIGGEST_BODY, middlewares=[check_origin])
        site_app.on_response_prepare.append(set_security_headers)
        site_app.router.add_route("*", "/api/{method}", self._api.handle_request)
        site_app.router.add_get("/link", self.sockets.handle_connect)
        site_app.router.add_post("/respond/{token}", self._handle_response_url)
        site_app.router.add_post("/upload/{file_id}", self._receive_upload)
        site_app.add_routes([*self.page.build_routes(), *self._mounted])
        self._runner = web.AppRunner(site_app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        await _listen_on_free_port(self._runner, self._ports)
        bound = self._runner.addresses[0][1]
        self.app.base_url = self._urls.base_url = f"http://127.0.0.1:{bound}"

    async def stop(self) -> None:
        self._api.closing.set()
        self.page.close()
        await self.sockets.close()
        await self.deliveries.close()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    def get_user(self, id_or_name: str) -> SlackUser:
        user = self.workspace.find_user(id_or_name)
        if user.id not in self._people:
            self._people[user.id] = SlackUser(user, self._payloads, self.deliveries)
        return self._people[user.id]

    async def wait_until(self, condition: Callable[[], object], *, within: float = 30.0) -> None:
        """Wait until the condition holds, checked after each change. Raise TimeoutError after `within` real seconds."""
        await self.change_log.wait_until(condition, within)

    async def handle_api_call(self, request: web.Request) -> web.StreamResponse:
        """Answer a call of the Web API that came to another server."""
        return await self._api.handle_request(request)

    async def uninstall_app(self) -> None:
        """Take the app out of the workspace: its token ends, and it gets the two events that Slack sends."""
        self.revoke_token("account_inactive")
        for event in (
            {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [BOT_USER]}},
            {"type": "app_uninstalled"},
        ):
            await self.deliveries.deliver_event(self._payloads.build_event(event))

    def install(self, manifest: Json) -> None:
        """Install the app: from now on it receives only the commands, shortcuts and events of its manifest."""
        self.app.manifest = AppManifest.parse(manifest)
        self.app.scopes = list(self.app.manifest.scopes)
        self.workspace.escapes = dict(self.app.manifest.commands)

    def revoke_token(self, word: str = "token_revoked") -> None:
        """Refuse every call with this error from now on; an empty one restores the token."""
        self.app.token_error = word

    async def _handle_response_url(self, request: web.Request) -> web.Response:
        if self.faults.down:
            return web.Response(status=503)
        fault = self.faults.take_call_fault("response_url")
        spoiled = await self._api.inject_fault(request, fault, "response_url", "")
        return spoiled or self._api.finish_response(request, fault, await self._answer_response_url(request))

    async def _answer_response_url(self, request: web.Request) -> web.Response:
        try:
            self._urls.post_reply(request.match_info["token"], await parse_arguments(request))
        except SlackError as no:
            self.change_log.add(ChangeKind.REJECTED, method="response_url", error=no.word)
            gone = no.word in {"no_such_url", "expired_url", "used_url"}
            return web.json_response(no.build_error_body(), status=404 if gone else 400)
        self.change_log.add(ChangeKind.CALL, method="response_url")
        return web.Response(text="ok")

    async def _receive_upload(self, request: web.Request) -> web.Response:
        upload = self.app.uploads.get(request.match_info["file_id"])
        content = await request.read()
        if upload is None or len(content) != upload.length:
            return web.Response(status=400, text="the length is not what was announced")
        upload.content = content
        return web.Response(text=f"OK - {len(content)}")


async def _listen_on_free_port(runner: web.AppRunner, ports: Sequence[int]) -> None:
    *first, last = ports
    for port in first:
        try:
            await web.TCPSite(runner, "127.0.0.1", port).start()
        except OSError as no:
            if no.errno != errno.EADDRINUSE:
                raise
        else:
            return
    await web.TCPSite(runner, "127.0.0.1", last).start()
