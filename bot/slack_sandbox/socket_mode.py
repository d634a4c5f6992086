"""Socket Mode: the app's open sockets, and the envelopes sent over them."""

import asyncio
import itertools
import json
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from bot.slack_sandbox.change_log import ChangeKind
from bot.slack_sandbox.installation import AppInstallation
from bot.slack_sandbox.slack_errors import Json

MOST = 10


@dataclass(eq=False)
class SocketConnection:
    number: int
    websocket: web.WebSocketResponse
    request: web.Request
    waiting: dict[str, asyncio.Future[Any]] = field(default_factory=dict)
    leaving: bool = False


class NoSocketError(Exception):
    """No socket is open, or the connection broke."""


class SocketModeServer:
    def __init__(self, app: AppInstallation) -> None:
        self._app, self._feed = app, app.workspace.feed
        self._open: list[SocketConnection] = []
        self._turn = itertools.count()
        self._numbers = itertools.count(1)
        self.accepting = True

    @property
    def count(self) -> int:
        return len(self._open)

    async def handle_connect(self, request: web.Request) -> web.StreamResponse:
        ticket = request.query.get("ticket", "")
        if ticket not in self._app.tickets or not self.accepting or self._app.faults.down:
            return web.Response(status=403, text="invalid ticket")
        self._app.tickets.discard(ticket)
        wire = web.WebSocketResponse()
        await wire.prepare(request)
        socket = SocketConnection(next(self._numbers), wire, request)
        if len(self._open) >= MOST:
            await self._dismiss_socket(socket, "too_many_websockets", close=True)
            return wire
        await self._serve_socket(socket)
        return wire

    async def _serve_socket(self, socket: SocketConnection) -> None:
        self._open.append(socket)
        self._feed.add(ChangeKind.SOCKET, state="open", number=socket.number)
        try:
            await socket.websocket.send_json(self._build_hello())
            async for message in socket.websocket:
                if message.type is WSMsgType.TEXT:
                    _resolve_ack(socket, message.data)
        except ConnectionResetError:
            pass  # the app disconnected during the hello
        finally:
            self._remove_socket(socket)

    def _remove_socket(self, socket: SocketConnection) -> None:
        if socket in self._open:
            self._open.remove(socket)
        for future in socket.waiting.values():
            if not future.done():
                future.set_exception(NoSocketError())
        self._feed.add(ChangeKind.SOCKET, state="closed", number=socket.number)

    def _build_hello(self) -> Json:
        host = {"host": "sandbox", "build_number": 1, "approximate_connection_time": 18_060}
        hello = {"type": "hello", "num_connections": len(self._open), "connection_info": {"app_id": "A0APP"}}
        return hello | {"debug_info": host}

    async def send(self, envelope_id: str, kind: str, payload: Json, retry: Json, within: float) -> Any:
        """Send to the next socket and return the payload of its ack; raise TimeoutError or NoSocketError."""
        ready = [socket for socket in self._open if not socket.leaving]
        if not ready:
            raise NoSocketError
        socket = ready[next(self._turn) % len(ready)]
        answer = socket.waiting[envelope_id] = asyncio.get_running_loop().create_future()
        wants = kind != "events_api"
        envelope = {"envelope_id": envelope_id, "type": kind, "accepts_response_payload": wants, "payload": payload}
        try:
            await socket.websocket.send_json(envelope | retry)
            return await asyncio.wait_for(answer, within)
        except ConnectionResetError:
            raise NoSocketError from None
        finally:
            del socket.waiting[envelope_id]

    async def disconnect_sockets(self, reason: str = "refresh_requested", *, number: int | None = None) -> None:
        """Send a disconnect message; all reasons but `warning` close the socket as well."""
        for socket in self._select_sockets(number):
            await self._dismiss_socket(socket, reason, close=reason != "warning")

    def abort_sockets(self, *, number: int | None = None) -> None:
        """Abort the connections without a close frame."""
        for socket in self._select_sockets(number):
            if socket.request.transport is not None:
                socket.request.transport.abort()

    async def close(self) -> None:
        for socket in list(self._open):
            await socket.websocket.close()

    def _select_sockets(self, number: int | None) -> list[SocketConnection]:
        return [socket for socket in self._open if number in {None, socket.number}]

    async def _dismiss_socket(self, socket: SocketConnection, reason: str, *, close: bool) -> None:
        socket.leaving = close
        await socket.websocket.send_json({"type": "disconnect", "reason": reason, "debug_info": {"host": "sandbox"}})
        if close:
            await socket.websocket.close()


def _resolve_ack(socket: SocketConnection, data: str) -> None:
    try:
        ack = json.loads(data)
    except ValueError:
        return  # some clients send a bare "ping"
    future = socket.waiting.get(ack.get("envelope_id", "")) if isinstance(ack, dict) else None
    if future is not None and not future.done():
        future.set_result(ack.get("payload"))
