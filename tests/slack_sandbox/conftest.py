from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack_sandbox import SlackSandbox, SlackUser, SlackWorkspace

SCOPES = [
    "chat:write",
    "commands",
    "users:read",
    "users:read.email",
    "usergroups:read",
    "usergroups:write",
    "dnd:read",
    "channels:read",
    "channels:history",
    "channels:manage",
    "channels:join",
    "im:write",
    "reactions:write",
    "pins:write",
    "bookmarks:write",
    "files:write",
]


@dataclass
class Clock:
    at: float = 1_700_000_000.0

    def __call__(self) -> float:
        return self.at

    def pass_(self, seconds: float) -> None:
        self.at += seconds


@dataclass
class World:
    """A sandbox, a real SDK client, and a real Bolt app behind HTTP."""

    clock: Clock
    workspace: SlackWorkspace
    sandbox: SlackSandbox
    client: AsyncWebClient
    app: AsyncApp
    requests: list[web.Request] = field(default_factory=list)
    responses: list[int] = field(default_factory=list)

    @property
    def ana(self) -> SlackUser:
        return self.sandbox.get_user("ana")

    async def post(self, **arguments: Any) -> Any:
        self.clock.pass_(1)
        arguments = {"channel": "C0CARE", "text": "hello"} | arguments
        answer = await self.client.chat_postMessage(**arguments)
        return self.workspace.find_channel(str(answer["channel"])).find(str(answer["ts"]))

    async def receive(self, request: web.Request) -> web.Response:
        """What stands between Slack and Bolt in production: an HTTP server."""
        self.requests.append(request)
        body = await request.text()
        headers: dict[str, str | Sequence[str]] = {key.lower(): value for key, value in request.headers.items()}
        answer = await self.app.async_dispatch(AsyncBoltRequest(body=body, headers=headers))
        self.responses.append(answer.status)
        content_type = answer.first_headers().get("content-type", "text/plain").split(";")[0]
        return web.Response(status=answer.status, text=answer.body, content_type=content_type)


def build_workspace(clock: Clock) -> SlackWorkspace:
    workspace = SlackWorkspace("Northwind", now=clock)
    workspace.add_user("U0ANA", "ana", real_name="Ana Lima", tz="Europe/Lisbon", locale="pt-PT")
    workspace.add_user("U0RAJ", "raj", real_name="Raj Patel", tz="Asia/Kolkata")
    workspace.add_group("S0CARE", "care", ["U0ANA"])
    workspace.add_channel("C0CARE", "care", bot_is_member=True)
    workspace.add_channel("C0OUT", "outside")
    workspace.add_channel("C0SECRET", "secret", is_private=True, members=["U0RAJ"])
    workspace.add_channel("C0OLD", "old", bot_is_member=True, is_archived=True)
    return workspace


@pytest.fixture
async def world() -> AsyncIterator[World]:
    clock = Clock()
    workspace = build_workspace(clock)
    sandbox = SlackSandbox(workspace, scopes=SCOPES, now=clock, ack_within=2.0)
    await sandbox.start()
    client = AsyncWebClient(token=sandbox.bot_token, base_url=sandbox.api_url, retry_handlers=[])
    app = AsyncApp(
        client=client,
        token=sandbox.bot_token,
        signing_secret=sandbox.signing_secret,
        raise_error_for_unhandled_request=False,
    )
    made = World(clock, workspace, sandbox, client, app)
    door = web.Application()
    door.router.add_post("/slack/events", made.receive)
    runner = web.AppRunner(door, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    sandbox.app.request_url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    yield made
    await sandbox.stop()
    await runner.cleanup()
