"""The sandbox: a workspace with a door to the network and people in it."""

import errno
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Self

from aiohttp import web

from bot.sandbox import response_urls
from bot.sandbox.deliveries import Deliveries
from bot.sandbox.errors import Json, SlackError
from bot.sandbox.faults import Faults
from bot.sandbox.feed import ChangeKind, Feed, Subscription
from bot.sandbox.installation import Installation
from bot.sandbox.limits import Limits, Violation
from bot.sandbox.manifest import Manifest
from bot.sandbox.page import Page
from bot.sandbox.page.door import dress, guard
from bot.sandbox.payloads import Payloads
from bot.sandbox.people import Person
from bot.sandbox.socket_mode import Sockets
from bot.sandbox.triggers import Triggers
from bot.sandbox.wire import WebApi, arguments_of
from bot.sandbox.workspace import Workspace

USUAL_SCOPES = ("chat:write", "commands", "usergroups:read", "users:read", "dnd:read")
BIGGEST_BODY = 16 * 1024 * 1024


class Sandbox:
    """Listens on 127.0.0.1 only. `request_url` set: deliveries go there, signed; None: they go down the sockets.

    `stamp` is the time deliveries are signed with: real by default, because the app compares it with its own clock.
    It is served on the first of `ports` that is free; 0 is any.
    """

    def __init__(
        self,
        workspace: Workspace,
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
        self.faults, self.limits = Faults(now), Limits(now)
        self.app = Installation(workspace, now, list(scopes), self.limits, self.faults, Triggers(trigger_now or now))
        self.sockets = Sockets(self.app, workspace.feed)
        self._urls = response_urls.ResponseUrls(workspace, now)
        self._api = WebApi(self.app)
        self._deliveries = Deliveries(self.app, self.sockets, workspace.feed, stamp)
        self._deliveries.ack_within = ack_within
        self._payloads = Payloads(self.app, self._urls)
        self._people: dict[str, Person] = {}
        self._runner: web.AppRunner | None = None
        self._ports = ports
        self._mounted: list[web.AbstractRouteDef] = []
        self.page = Page(self.app, self.person)

    @property
    def api_url(self) -> str:
        return f"{self.app.base_url}/api/"

    @property
    def url(self) -> str:
        """Of the page."""
        return self.app.base_url

    @property
    def bot_token(self) -> str:
        return self.app.bot_token

    @property
    def app_token(self) -> str:
        return self.app.app_token

    @property
    def signing_secret(self) -> str:
        return self.app.signing_secret

    @property
    def feed(self) -> Feed:
        return self.workspace.feed

    @property
    def request_url(self) -> str | None:
        return self._deliveries.request_url

    @request_url.setter
    def request_url(self, url: str | None) -> None:
        self._deliveries.request_url = url

    def mount(self, routes: Iterable[web.AbstractRouteDef], *, script: str = "") -> None:
        """More to be served beside the workspace, and a module that the page loads; before `start`.

        Reached only from pages of our own, as the page itself is.
        """
        self._mounted += routes
        self.page.scripts += [script] if script else []

    async def start(self) -> None:
        site_app = web.Application(client_max_size=BIGGEST_BODY, middlewares=[guard])
        site_app.on_response_prepare.append(dress)
        site_app.router.add_route("*", "/api/{method}", self._api.answer)
        site_app.router.add_get("/link", self.sockets.connect)
        site_app.router.add_post("/respond/{token}", self._respond)
        site_app.router.add_post("/upload/{file_id}", self._upload)
        site_app.add_routes([*self.page.routes(), *self._mounted])
        self._runner = web.AppRunner(site_app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        await _listen(self._runner, self._ports)
        bound = self._runner.addresses[0][1]
        self.app.base_url = self._urls.base_url = f"http://127.0.0.1:{bound}"

    async def stop(self) -> None:
        self._api.closing.set()
        self.page.close()
        await self.sockets.close()
        await self._deliveries.close()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    def person(self, id_or_name: str) -> Person:
        user = self.workspace.user(id_or_name)
        if user.id not in self._people:
            self._people[user.id] = Person(user, self.workspace, self._payloads, self._deliveries)
        return self._people[user.id]

    async def tick(self) -> None:
        """Sends again the events that were not acked and are due by the clock."""
        await self._deliveries.tick()

    def limit_violations(self) -> list[Violation]:
        return self.limits.limit_violations()

    def subscribe(self) -> Subscription:
        return self.feed.subscribe()

    async def until(self, holds: Callable[[], object], *, within: float = 30.0) -> None:
        """Waits until the condition holds, looking again whenever something changes; TimeoutError if it never does."""
        await self.feed.until(holds, within)

    def install(self, manifest: Json) -> None:
        """As the app asks to be: from now on only the commands, shortcuts and events named there reach it."""
        self.app.manifest = Manifest.read(manifest)
        self.app.scopes = list(self.app.manifest.scopes)
        self.workspace.escapes = dict(self.app.manifest.commands)

    async def verify_request_url(self) -> bool:
        """Whether the app answers Slack's challenge."""
        return await self._deliveries.challenge()

    def revoke_token(self, word: str = "token_revoked") -> None:
        """Every call is refused with this word from now on; an empty one grants them again."""
        self.app.refused_with = word

    async def _respond(self, request: web.Request) -> web.Response:
        if self.faults.down:
            return web.Response(status=503)
        fault = self.faults.strike("response_url")
        spoiled = await self._api.spoil(request, fault, "response_url", "")
        return spoiled or self._api.finish(request, fault, await self._response(request))

    async def _response(self, request: web.Request) -> web.Response:
        try:
            self._urls.answer(request.match_info["token"], await arguments_of(request))
        except SlackError as no:
            self.feed.add(ChangeKind.REJECTED, method="response_url", error=no.word)
            gone = no.word in {"no_such_url", "expired_url", "used_url"}
            return web.json_response(no.answer(), status=404 if gone else 400)
        self.feed.add(ChangeKind.CALL, method="response_url")
        return web.Response(text="ok")

    async def _upload(self, request: web.Request) -> web.Response:
        upload = self.app.uploads.get(request.match_info["file_id"])
        content = await request.read()
        if upload is None or len(content) != upload.length:
            return web.Response(status=400, text="the length is not what was announced")
        upload.content = content
        return web.Response(text=f"OK - {len(content)}")


async def _listen(runner: web.AppRunner, ports: Sequence[int]) -> None:
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
