"""Limits on the number of connections and on how long each may take.

Nobody is authenticated before a whole request is here. So where there are too many connections, the one that has been
waited for the longest is closed: a signed request arrives within milliseconds, an idle socket does not.
"""

import asyncio
import resource
from contextlib import suppress
from enum import Enum
from typing import Any, NamedTuple

from httptools import HttpParserError, HttpParserUpgrade
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

FILES_MOST = 65_536
"""Open files to request at most; the hard limit may be a thousand million."""
UNPARSED_MOST = 65_536
"""Bytes that a head, the frame of a chunk or a trailer may have when it is not complete."""
PIPELINED_MOST = 10
"""Requests that may wait on a connection while another one is answered."""
_LATE = b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
_JUNK = b"HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
_BUSY = b"HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\nretry-after: 1\r\ncontent-length: 0\r\n\r\n"


class ConnectionLimits(NamedTuple):
    """Connections at once, and seconds for the head of a request, its body, and sending the answer."""

    max_connections: int = 1000
    head: float = 10.0
    body: float = 15.0
    """Longer than `BodyReader` waits, which answers with 408."""
    answer: float = 60.0
    backlog: int = 128


class ConnectionPhase(Enum):
    """What a connection waits for; the value names its limit in `ConnectionLimits`."""

    HEAD = "head"
    BODY = "body"
    ANSWER = "answer"


class InvalidRequestError(Exception):
    """The parser accepts a request that we do not. It is answered with 400."""


def raise_file_limit() -> int:
    """Raise the limit of open files of this process as far as possible; return the new limit."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES_MOST if hard == resource.RLIM_INFINITY else min(hard, FILES_MOST)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with suppress(OSError, ValueError):  # a system may have bounds of its own
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
            return wanted
    return FILES_MOST if soft == resource.RLIM_INFINITY else soft


def compute_limits(files: int) -> ConnectionLimits:
    """Return limits that use at most half of the open files: the store and Slack need the rest."""
    return ConnectionLimits(max_connections=min(1000, files // 2), backlog=min(128, files // 16))


def build_protocol(limits: ConnectionLimits) -> type[asyncio.Protocol]:
    """Return a protocol class for one server."""
    shortest = min(limits.head, limits.body, limits.answer)
    return type("GuardedProtocol", (GuardedHttpProtocol,), {"limits": limits, "shortest": shortest, "waiting": {}})


class GuardedHttpProtocol(HttpToolsProtocol):
    limits: ConnectionLimits
    shortest: float
    """Seconds of the shortest limit: the deadline is looked at as often."""
    waiting: dict["GuardedHttpProtocol", None]
    """Connections whose bytes we wait for, longest first. Shared by all connections of a server."""
    _phase: ConnectionPhase | None = None
    _due = 0.0
    _timer: asyncio.TimerHandle | None = None
    _running: Any = None
    """The cycle of the request that is being answered, or was the last one."""
    _is_in_head = False
    _unparsed = 0
    """Bytes since the parser last had something complete."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._update_deadline()
        if len(self.connections) > self.limits.max_connections:
            next(iter(self.waiting)).make_room(for_newcomer=self)

    def data_received(self, data: bytes) -> None:
        if not self.transport.is_closing():
            self._unset_keepalive_if_required()
            self._unparsed += len(data)
            try:
                self._parse_bytes(data)
            except HttpParserError:
                self._unparsed = UNPARSED_MOST + 1
            if self._unparsed > UNPARSED_MOST:
                self.logger.warning("Invalid HTTP request received.")
                self.send_400_response("")
            self._update_deadline()

    def _parse_bytes(self, data: bytes) -> None:
        """Feed the parser, and again with what it takes for another protocol. Raises `HttpParserError`."""
        while data:
            try:
                self.parser.feed_data(data)
                data = b""
            except HttpParserUpgrade as upgrade:
                kept = [b"%s: %s\r\n" % header for header in self.headers if header[0] != b"upgrade"]
                head = b"%s %s HTTP/1.1\r\n%s\r\n" % (self.parser.get_method(), self.url, b"".join(kept))
                data = head + data[upgrade.args[0] :]

    def on_message_begin(self) -> None:
        """Raises `InvalidRequestError` if too many requests wait: the parser does not stop at the end of the first."""
        if len(self.pipeline) >= PIPELINED_MOST:
            raise InvalidRequestError
        self._is_in_head = True
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._is_in_head:  # else it is a trailer, which nobody asks for and which is not signed
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Raises `InvalidRequestError` for a tunnel, or without exactly one Host, which HTTP/1.0 may leave out."""
        self._unparsed, self._is_in_head = 0, False
        hosts = sum(name == b"host" for name, _ in self.headers)
        is_tunnel = self.parser.get_method() == b"CONNECT"
        if is_tunnel or hosts > 1 or (not hosts and self.parser.get_http_version() != "1.0"):
            raise InvalidRequestError
        if not self.parser.should_upgrade():  # else it is parsed again, as a request of this protocol
            super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._unparsed = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._unparsed = 0
        if not self.parser.should_upgrade():
            super().on_message_complete()
            self.cycle.more_body = False  # uvicorn leaves it where the answer was earlier than the end of the body

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._update_deadline()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - it is always the same
        """Reject junk once: uvicorn would answer twice where it follows a request that is being answered."""
        cycle = self._running
        if cycle is not None and not cycle.response_complete:
            cycle.disconnected = True
            cycle.message_event.set()
            if cycle.response_started:
                self.transport.abort()
                return
        self._send_and_close(_JUNK)

    def _start_asgi_task(self, cycle: Any, app: Any) -> None:
        self._running = cycle
        super()._start_asgi_task(cycle, app)

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)

    def make_room(self, for_newcomer: "GuardedHttpProtocol") -> None:
        """Close this connection. It may be the newcomer itself, where all others are being answered."""
        self._stop_waiting()
        if self is for_newcomer:
            self._send_and_close(_BUSY)
        else:
            self.transport.abort()

    def _update_deadline(self) -> None:
        """Start a new deadline where the phase has changed."""
        phase = self._read_phase()
        if phase is self._phase or self.transport.is_closing():
            return
        self._phase = phase
        self.waiting.pop(self, None)
        if phase is not ConnectionPhase.ANSWER:
            self.waiting[self] = None
        self._due = self.loop.time() + getattr(self.limits, phase.value)
        if self._timer is None:
            self._start_timer(self.shortest)

    def _start_timer(self, seconds: float) -> None:
        """Look at the deadline after the shortest limit at the latest, so that no later deadline is due before that.

        A timer for each phase of each request would cost more.
        """
        self._timer = self.loop.call_later(min(seconds, self.shortest), self._check_deadline)

    def _check_deadline(self) -> None:
        if (left := self._due - self.loop.time()) > 0:
            self._start_timer(left)
        else:
            self._handle_timeout()

    def _read_phase(self) -> ConnectionPhase:
        cycle = self._running
        if cycle is not None and cycle.more_body:
            return ConnectionPhase.BODY
        return ConnectionPhase.HEAD if cycle is None or cycle.response_complete else ConnectionPhase.ANSWER

    def _handle_timeout(self) -> None:
        if self._phase is ConnectionPhase.HEAD and not self.transport.is_closing():
            self._send_and_close(_LATE)
        else:
            self.transport.abort()

    def _send_and_close(self, words: bytes) -> None:
        self.transport.write(words)
        self.transport.close()
        if self.transport.get_write_buffer_size():
            self.transport.abort()

    def _stop_waiting(self) -> None:
        self.waiting.pop(self, None)
        if self._timer is not None:
            self._timer.cancel()
