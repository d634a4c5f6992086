"""The HTTP routes of the browser UI: the page, its state, its event stream, user actions and files."""

import asyncio
import json
import secrets
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from aiohttp import web

from bot.slack_sandbox.installation import AppInstallation
from bot.slack_sandbox.people import SlackUser
from bot.slack_sandbox.results import ClientRefusedError, DeliveryOutcome
from bot.slack_sandbox.slack_errors import Json, SlackError
from bot.slack_sandbox.ui import serializers, updates
from bot.slack_sandbox.ui.user_actions import ACTS, LOOKING, InvalidUserActionError
from bot.slack_sandbox.workspace import BOT_USER, SlackWorkspace

STATIC = Path(__file__).with_name("static")
SHOWN_AT_ONCE = 40
"""Messages; older ones are loaded on scrolling up."""
TOGETHER = 0.03
"""Seconds for which changes are batched: few redraws in a storm, and clicks still feel instant."""
HEARTBEAT = 1.0
PICTURES = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF8": "image/gif",
    b"RIFF": "image/webp",
}
"""By their first bytes, not by their name. No SVG, which can contain scripts."""


class WorkspaceUi:
    """`scripts` are further modules that the page loads."""

    def __init__(self, app: AppInstallation, person: Callable[[str], SlackUser]) -> None:
        self._app, self._person = app, person
        self._run = secrets.token_hex(4)
        self._streams: set[asyncio.Task[None]] = set()
        self.scripts: list[str] = []
        self.viewers: Counter[str] = Counter()
        """Number of open windows, by user id."""
        self.opened = asyncio.Event()
        """Set once a window was opened."""
        self.used = asyncio.Event()
        """Set once somebody did more than look."""

    @property
    def _workspace(self) -> SlackWorkspace:
        return self._app.workspace

    def build_routes(self) -> list[web.AbstractRouteDef]:
        return [
            web.get("/", self._serve_index),
            web.static("/page/static", STATIC),
            web.get("/page/state", self._serve_state),
            web.get("/page/messages", self._serve_messages),
            web.get("/page/events", self._stream_events),
            web.get("/page/file/{id}", self._serve_file),
            web.post("/page/act", self._perform_user_action),
        ]

    def close(self) -> None:
        for stream in self._streams:
            stream.cancel()

    async def _serve_index(self, _: web.Request) -> web.StreamResponse:
        return web.FileResponse(STATIC / "index.html")

    async def _serve_state(self, request: web.Request) -> web.Response:
        """Return all but the messages. Without a name: as the first user."""
        person = self._get_viewer(request)
        manifest = self._app.manifest
        workspace = self._workspace
        return web.json_response(
            {
                "at": self._format_event_id(),
                "now": workspace.now(),
                "workspace": workspace.name,
                "address": f"https://{workspace.domain}.slack.com",
                "me": {"id": person.user.id, "name": person.user.name, "tz": person.user.tz},
                "people": serializers.serialize_people(workspace),
                "groups": serializers.serialize_groups(workspace),
                "channels": serializers.serialize_channels(workspace, person),
                "commands": manifest.command_listing if manifest else [],
                "shortcuts": manifest.shortcut_listing if manifest else [],
                "has_home": manifest is None or manifest.home,
                "takes_messages": manifest is None or manifest.takes_messages,
                "modal": serializers.serialize_modal(workspace, person),
                "home": serializers.serialize_view(person.home),
                "scripts": self.scripts,
            }
        )

    async def _serve_messages(self, request: web.Request) -> web.Response:
        """Return the last messages, those before or after a given one, and whether there are more in that direction."""
        person = self._get_viewer(request)
        channel = self._workspace.channels.get(request.query.get("channel", ""))
        if channel is None or not channel.is_open_to(person.user.id):
            raise web.HTTPNotFound(text="This person does not see that channel.")
        messages = serializers.list_messages(self._workspace, person, channel)
        before, after = request.query.get("before", ""), request.query.get("after", "")
        wanted = [one for one in messages if (not before or one.ts < before) and one.ts > after]
        some = wanted[:SHOWN_AT_ONCE] if after else wanted[-SHOWN_AT_ONCE:]
        messages_json = [serializers.serialize_message(one) for one in some]
        return web.json_response({"messages": messages_json, "more": len(wanted) > len(some)})

    async def _serve_file(self, request: web.Request) -> web.Response:
        upload = self._app.uploads.get(request.match_info["id"])
        if upload is None or upload.content is None:
            raise web.HTTPNotFound(text="There is no such file.")
        return _build_file_response(upload.name, upload.content)

    async def _perform_user_action(self, request: web.Request) -> web.Response:
        body = await request.json()
        act = ACTS.get(str(body.get("act")))
        if act is None or not isinstance(body.get("as"), str):
            raise web.HTTPBadRequest(text="There is no such act.")
        person = self._find_viewer(body["as"])
        if act not in LOOKING:
            self.used.set()
        try:
            outcome = await act(self._workspace, person, body)
        except ClientRefusedError as no:
            return web.json_response({"ok": False, "refused": str(no)})
        except SlackError as no:
            return web.json_response({"ok": False, "refused": f"Slack says no: {no.word}"})
        except InvalidUserActionError as no:
            raise web.HTTPBadRequest(text=str(no)) from None
        return web.json_response(_serialize_outcome(outcome))

    async def _stream_events(self, request: web.Request) -> web.StreamResponse:
        """Stream changes as numbered server-sent events, so that a browser that reconnects resumes where it was."""
        person = self._get_viewer(request)
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        await response.prepare(request)
        stream = asyncio.ensure_future(self._write_changes(response, person, request))
        self._streams.add(stream)
        self.viewers[person.user.id] += 1
        self.opened.set()
        try:
            with suppress(asyncio.CancelledError, ConnectionError):
                await stream
        finally:
            stream.cancel()
            self._streams.discard(stream)
            self.viewers[person.user.id] -= 1
        return response

    async def _write_changes(self, response: web.StreamResponse, person: SlackUser, request: web.Request) -> None:
        run, _, number = (request.headers.get("Last-Event-ID") or request.query.get("after", "")).partition("-")
        if run != self._run or not number.isdigit():
            await response.write(b"event: restart\ndata: {}\n\n")
            return
        feed, told = self._workspace.feed, int(number)
        watching = feed.subscribe()
        while True:
            fresh = feed.changes[told:]
            told += len(fresh)
            seen = updates.collect_changes(self._workspace, person, fresh) | {"now": self._workspace.now()}
            data = json.dumps(seen, ensure_ascii=False)
            await response.write(f"id: {self._run}-{told}\ndata: {data}\n\n".encode())
            with suppress(TimeoutError):
                async with asyncio.timeout(HEARTBEAT):
                    await anext(watching)
                await asyncio.sleep(TOGETHER)
            while not watching.queue.empty():
                watching.queue.get_nowait()

    def _format_event_id(self) -> str:
        return f"{self._run}-{len(self._workspace.feed.changes)}"

    def _get_viewer(self, request: web.Request) -> SlackUser:
        named = request.query.get("as", "")
        if named:
            return self._find_viewer(named)
        return self._person(next(one for one in self._workspace.users if one != BOT_USER))

    def _find_viewer(self, name: str) -> SlackUser:
        for user in self._workspace.users.values():
            if user.name == name and user.id != BOT_USER:
                return self._person(user.id)
        raise web.HTTPNotFound(text="There is nobody of that name here.")


def _serialize_outcome(outcome: DeliveryOutcome | list[Json] | None) -> Json:
    if outcome is None:
        return {"ok": True}
    if isinstance(outcome, list):
        return {"ok": True, "options": outcome}
    return {"ok": outcome.ok, "errors": outcome.errors, "warning": outcome.warning, "sent": outcome.sent}


def _build_file_response(name: str, content: bytes) -> web.Response:
    kind = next((kind for first, kind in PICTURES.items() if content.startswith(first)), "")
    if kind:
        return web.Response(body=content, content_type=kind)
    plain = "".join(letter if letter.isalnum() or letter in "._-" else "_" for letter in name)
    kept = {"Content-Disposition": f'attachment; filename="{plain or "file"}"'}
    return web.Response(body=content, content_type="application/octet-stream", headers=kept)
