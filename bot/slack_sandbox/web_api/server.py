"""The Web API over HTTP: answers calls as Slack does, with the errors and injected faults of Slack."""

import asyncio
import json
from typing import Any

from aiohttp import web

from bot.slack_sandbox.change_log import ChangeKind
from bot.slack_sandbox.faults import FaultKind, InjectedFault
from bot.slack_sandbox.installation import AppInstallation
from bot.slack_sandbox.method_rules import RULES, require_scope
from bot.slack_sandbox.slack_errors import Json, SlackError
from bot.slack_sandbox.web_api import chat, conversations, misc, people, views
from bot.slack_sandbox.web_api.request import ApiCall

METHODS = chat.METHODS | conversations.METHODS | people.METHODS | misc.METHODS | views.METHODS
OUT_OF_ORDER = "<!DOCTYPE html><html><body><h1>Something went wrong on our end</h1></body></html>"


async def parse_arguments(request: web.Request) -> Json:
    """Return the arguments of query, form or JSON body."""
    arguments: Json = dict(request.query)
    if request.content_type == "application/json":
        body = await _parse_json_body(request)
        return arguments | body
    return arguments | {key: value for key, value in (await request.post()).items() if isinstance(value, str)}


async def _parse_json_body(request: web.Request) -> Json:
    raw = await request.text()
    try:
        body = json.loads(raw) if raw else {}
    except ValueError:
        raise SlackError("invalid_json") from None
    if not isinstance(body, dict):
        raise SlackError("json_not_object")
    return {key: value for key, value in body.items() if value is not None}


def read_token(request: web.Request, arguments: Json) -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else str(arguments.get("token", ""))


class WebApiServer:
    def __init__(self, app: AppInstallation) -> None:
        self._app = app
        self.closing = asyncio.Event()

    async def handle_request(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        try:
            arguments = await parse_arguments(request)
        except SlackError as no:
            return self._build_response(no.build_error_body())
        return await self._handle_call(request, method, read_token(request, arguments), arguments)

    async def _handle_call(self, request: web.Request, method: str, token: str, arguments: Json) -> web.StreamResponse:
        channel = self._resolve_channel(arguments)
        if self._app.faults.down:
            self._record_rejection(method, channel, "down")
            return web.Response(status=503, text=OUT_OF_ORDER, content_type="text/html")
        fault = self._app.faults.take_call_fault(method, channel)
        spoiled = await self.inject_fault(request, fault, method, channel)
        return spoiled or self.finish_response(request, fault, self._answer_call(method, token, arguments, channel))

    def finish_response(self, request: web.Request, fault: InjectedFault | None, answer: web.Response) -> web.Response:
        """Return the answer, or abort the connection if the fault drops it."""
        lost = fault is not None and fault.kind is FaultKind.DROPPED_AFTER
        return _abort_connection(request) if lost else answer

    async def inject_fault(
        self, request: web.Request, fault: InjectedFault | None, method: str, channel: str
    ) -> web.Response | None:
        """Return the response of a fault that prevents the call, or None if the call is to be executed."""
        if fault is None or fault.kind is FaultKind.DROPPED_AFTER:
            return None
        if fault.kind is FaultKind.SLOW:
            await asyncio.sleep(fault.seconds)
            return None
        self._record_rejection(method, channel, fault.kind.value)
        if fault.kind is FaultKind.HANG:
            await self.closing.wait()
            return _abort_connection(request)
        if fault.kind is FaultKind.DROPPED_BEFORE:
            return _abort_connection(request)
        return self._build_fault_response(fault, method)

    def _build_fault_response(self, fault: InjectedFault, method: str) -> web.Response:
        if fault.kind is FaultKind.RATELIMITED:
            self._app.limits.refusals[method] += 1
            return self._build_rate_limited(int(fault.seconds))
        if fault.kind is FaultKind.ERROR:
            return self._build_response({"ok": False, "error": fault.word})
        return web.Response(status=fault.status, text=OUT_OF_ORDER, content_type="text/html")

    def _answer_call(self, method: str, token: str, arguments: Json, channel: str) -> web.Response:
        try:
            self._app.check_token(method, token)
            wait = self._app.limits.admit(method, channel) if method in METHODS else 0
            if wait:
                self._record_rejection(method, channel, "ratelimited")
                return self._build_rate_limited(wait)
            body = self._run_method(method, arguments)
        except SlackError as no:
            self._record_rejection(method, channel, no.word)
            return self._build_response(no.build_error_body())
        self._app.workspace.feed.add(ChangeKind.CALL, channel=channel, method=method)
        return self._build_response({"ok": True, **body})

    def _run_method(self, method: str, arguments: Json) -> Json:
        if method not in METHODS:
            raise SlackError("unknown_method", req_method=method)
        require_scope(self._app.scopes, RULES[method].scopes)
        return METHODS[method](ApiCall(method, arguments, self._app))

    def _resolve_channel(self, arguments: Json) -> str:
        """Return the channel's id. A user's id and the direct messages with them share one limit."""
        named = str(arguments.get("channel") or arguments.get("channel_id") or "")
        return self._app.workspace.get_dm(named).id if named in self._app.workspace.users else named

    def _record_rejection(self, method: str, channel: str, word: str) -> None:
        self._app.workspace.feed.add(ChangeKind.REJECTED, channel=channel, method=method, error=word)

    def _build_rate_limited(self, seconds: int) -> web.Response:
        return self._build_response({"ok": False, "error": "ratelimited"}, status=429, retry_after=seconds)

    def _build_response(self, body: Any, status: int = 200, retry_after: int | None = None) -> web.Response:
        headers = {"x-oauth-scopes": ",".join(self._app.scopes)}
        if retry_after is not None:
            headers["Retry-After"] = str(retry_after)
        return web.json_response(body, status=status, headers=headers)


def _abort_connection(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
