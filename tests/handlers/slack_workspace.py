"""Slack as a listener meets it: requests go in at the top of the app, what comes out is kept by a server on loopback."""

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode

from aiohttp import web
from aiohttp.test_utils import TestServer
from slack_bolt.async_app import AsyncApp
from slack_bolt.listener.async_listener_completion_handler import AsyncCustomListenerCompletionHandler
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from handlers import UseCases, register
from handlers.brand_access import BrandAccess

ANA = "U0ANA"
CARD = "C0CARE"
Json = dict[str, Any]


@dataclass
class FakeSlackServer:
    """`answers` are what the app sent to its response_url, `calls` what it asked of the Web API."""

    answers: list[Json] = field(default_factory=list)
    calls: list[tuple[str, Json]] = field(default_factory=list)
    errors: dict[str, str] = field(default_factory=dict)
    cut_off: set[str] = field(default_factory=set)
    """Methods whose answer is lost."""
    auth: Json = field(default_factory=dict)
    """What `auth.test` says beside or instead of the usual."""
    used_up: bool = False
    answers_with: str = ""
    """What its response_url says, with a 200, instead of taking the answer."""
    refuses_blocks: set[str] = field(default_factory=set)
    """Types of blocks that this workspace does not have yet."""
    base: str = ""
    pictures: dict[str, bytes] = field(default_factory=dict)
    """What was uploaded, by the id of the file."""
    completed: set[str] = field(default_factory=set)

    @property
    def response_url(self) -> str:
        return f"{self.base}/respond"

    def list_calls(self, method: str) -> list[Json]:
        return [body for name, body in self.calls if name == method]

    def list_whispers(self) -> list[str]:
        return [answer["text"] for answer in self.answers if answer.get("response_type") == "ephemeral"]

    def list_replacements(self) -> list[str]:
        return [answer["text"] for answer in self.answers if answer.get("replace_original")]

    async def respond(self, request: web.Request) -> web.Response:
        if self.used_up:
            return web.Response(status=404, text="used_url")
        if self.answers_with:
            return web.Response(text=self.answers_with)
        answer = await request.json()
        if self.refuses_blocks & {block["type"] for block in answer.get("blocks") or []}:
            return web.json_response({"ok": False, "error": "invalid_blocks"}, status=400)
        shown = {block["slack_file"]["id"] for block in answer.get("blocks") or [] if "slack_file" in block}
        if not shown <= self.completed:
            return web.json_response({"ok": False, "error": "invalid_blocks"}, status=400)
        self.answers.append(answer)
        return web.Response(text="ok")

    async def upload(self, request: web.Request) -> web.Response:
        self.pictures[request.match_info["file"]] = await request.read()
        return web.Response(text="OK")

    async def call(self, request: web.Request) -> web.Response:
        method, text = request.match_info["method"], await request.text() or request.query_string
        is_json = request.content_type == "application/json"
        body = json.loads(text) if is_json else {key: _value(value) for key, value in parse_qsl(text)}
        if method == "auth.test":
            return web.json_response({"ok": True, "team_id": "T1", "user_id": "U0BOT", "bot_id": "B0BOT"} | self.auth)
        self.calls.append((method, body))
        if method in self.cut_off and request.transport is not None:
            request.transport.close()
        if method in self.errors:
            return web.json_response({"ok": False, "error": self.errors[method]})
        if method == "files.getUploadURLExternal":
            return web.json_response({"ok": True, "file_id": "F1", "upload_url": f"{self.base}/upload/F1"})
        if method == "files.completeUploadExternal":
            self.completed |= {one["id"] for one in body["files"] if self.pictures.get(one["id"])}
            return web.json_response({"ok": True, "files": body["files"]})
        return web.json_response({"ok": True, "permalink": "https://team.slack.example/archives/C1/p1"})


def _value(text: str) -> Any:
    return json.loads(text) if text[:1] in {"{", "["} else text


class Workspace:
    """An app with its listeners, and the people who press its buttons."""

    def __init__(self, slack: FakeSlackServer, usecases: UseCases) -> None:
        self.slack = slack
        self.about: Json = {}
        """What Slack says of who asks, instead of the usual."""
        client = AsyncWebClient(token="xoxb-test", base_url=f"{slack.base}/api/", retry_handlers=[])
        self.app = AsyncApp(client=client, request_verification_enabled=False)
        register(self.app, lambda *_: BrandAccess(client, usecases), picture_pause=0)
        self._done = asyncio.Event()
        runner = self.app._async_listener_runner
        runner.listener_completion_handler = AsyncCustomListenerCompletionHandler(self.app.logger, self._through)

    async def _through(self) -> None:
        self._done.set()

    async def send(self, body: Json, *, wait: bool = True) -> BoltResponse:
        """Return the response to Slack; wait until the listener is through, unless it is to be seen at work."""
        body = body | self.about
        form = urlencode(body) if "command" in body else urlencode({"payload": json.dumps(body)})
        return await self._dispatch(form, "application/x-www-form-urlencoded", wait=wait)

    async def event(self, event: Json) -> BoltResponse:
        body = {"type": "event_callback", "team_id": "T1", "event": event}
        return await self._dispatch(json.dumps(body), "application/json", wait=True)

    async def _dispatch(self, body: str, kind: str, *, wait: bool) -> BoltResponse:
        self._done.clear()
        response = await self.app.async_dispatch(AsyncBoltRequest(body=body, headers={"content-type": kind}))
        if wait:
            await self.finish()
        return response

    async def finish(self) -> None:
        await asyncio.wait_for(self._done.wait(), 60)

    async def press(
        self, action_id: str, value: str = "ABCDEFGH", *, block: str = "b1", wait: bool = True
    ) -> BoltResponse:
        body = self._frame("block_actions") | {
            "container": {"type": "message", "channel_id": CARD, "message_ts": "1.1"},
            "channel": {"id": CARD},
            "response_url": self.slack.response_url,
            "actions": [{"type": "button", "action_id": action_id, "block_id": block, "value": value}],
        }
        return await self.send(body, wait=wait)

    async def choose(self, action_id: str, value: str, *, wait: bool = True) -> BoltResponse:
        """An option of a menu on a card."""
        option = {"text": {"type": "plain_text", "text": "…"}, "value": value}
        body = self._frame("block_actions") | {
            "container": {"type": "message", "channel_id": CARD, "message_ts": "1.1"},
            "channel": {"id": CARD},
            "response_url": self.slack.response_url,
            "actions": [{"type": "overflow", "action_id": action_id, "block_id": "b1", "selected_option": option}],
        }
        return await self.send(body, wait=wait)

    async def press_in_modal(self, action_id: str, value: str, metadata: str) -> BoltResponse:
        """A button in a modal, which Slack sends with its view and without a response_url."""
        plain = {"type": "plain_text", "text": "Why?"}
        block = {"type": "section", "block_id": "b0", "text": plain}
        view = {
            "type": "modal",
            "id": "V1",
            "hash": "h1",
            "title": plain,
            "private_metadata": metadata,
            "blocks": [block],
        }
        body = self._frame("block_actions") | {
            "container": {"type": "view", "view_id": "V1"},
            "view": view,
            "actions": [{"type": "button", "action_id": action_id, "block_id": "b1", "value": value}],
        }
        return await self.send(body)

    async def press_at_home(self, action_id: str) -> BoltResponse:
        body = self._frame("block_actions") | {
            "container": {"type": "view", "view_id": "V1"},
            "view": {"type": "home", "id": "V1"},
            "actions": [{"type": "button", "action_id": action_id, "block_id": "b1", "value": "ABCDEFGH"}],
        }
        return await self.send(body)

    async def submit(self, callback: str, given: Json, metadata: str) -> BoltResponse:
        """`given` maps an input's block to the state of its element."""
        values = {block: {"input": state} for block, state in given.items()}
        view = {"type": "modal", "callback_id": callback, "private_metadata": metadata, "state": {"values": values}}
        return await self.send(self._frame("view_submission") | {"view": view})

    async def flag(self, text: str, **more: Any) -> BoltResponse:
        body = self._frame("message_action") | {
            "callback_id": "flag_mention",
            "channel": {"id": "C0LOUNGE"},
            "message_ts": "1773133200.000100",
            "message": {"type": "message", "text": text, "ts": "1773133200.000100", "user": "U0TOM"} | more,
            "response_url": self.slack.response_url,
        }
        return await self.send(body)

    async def command(self, text: str, command: str = "/sentiment") -> BoltResponse:
        body = {
            "command": command,
            "text": text,
            "user_id": ANA,
            "team_id": "T1",
            "channel_id": CARD,
            "trigger_id": "1.2.3",
            "response_url": self.slack.response_url,
        }
        return await self.send(body)

    def _frame(self, kind: str) -> Json:
        return {"type": kind, "user": {"id": ANA}, "team": {"id": "T1"}, "trigger_id": "1.2.3"}


async def serve_slack(slack: FakeSlackServer) -> TestServer:
    app = web.Application()
    app.router.add_post("/respond", slack.respond)
    app.router.add_route("*", "/api/{method}", slack.call)
    app.router.add_post("/upload/{file}", slack.upload)
    server = TestServer(app)
    await server.start_server()
    slack.base = str(server.make_url("")).rstrip("/")
    return server
