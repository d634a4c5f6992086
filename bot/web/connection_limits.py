"""Limits on the number of connections and on how long each may take.

Nobody is authenticated before a whole request is here. So where there are too many connections, the one that has been
waited for the longest is closed: a signed request arrives within milliseconds, an idle socket does not.
"""

import asyncio
import resource
from contextlib import suppress
from enum import Enum
from typing import Any, NamedTuple

from uvicorn.protocols.http.h11_impl import H11Protocol

FILES_MOST = 65_536
"""Open files to request at most; the hard limit may be a thousand million."""
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
    HEAD = "the head of a request is incomplete"
    BODY = "its body is incomplete"
    ANSWER = "it is our turn"


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
    return type("GuardedProtocol", (GuardedHttpProtocol,), {"limits": limits, "waiting": {}})


class GuardedHttpProtocol(H11Protocol):
    limits: ConnectionLimits
    waiting: dict["GuardedHttpProtocol", None]
    """Connections whose bytes we wait for, longest first. Shared by all connections of a server."""
    _phase: ConnectionPhase | None = None
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._update_deadline()
        if len(self.connections) > self.limits.max_connections:
            next(iter(self.waiting)).make_room(for_newcomer=self)

    def data_received(self, data: bytes) -> None:
        if not self.transport.is_closing():
            super().data_received(data)
            self._update_deadline()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._update_deadline()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - it is always the same
        """Reject junk once: uvicorn would answer twice where it follows a request that is being answered."""
        cycle: Any = self.cycle
        if cycle is not None and not cycle.response_complete:
            cycle.disconnected = True
            cycle.message_event.set()
            if cycle.response_started:
                self.transport.abort()
                return
        self._send_and_close(_JUNK)

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
        self._stop_waiting()
        self._phase = phase
        if phase is not ConnectionPhase.ANSWER:
            self.waiting[self] = None
        seconds = {
            ConnectionPhase.HEAD: self.limits.head,
            ConnectionPhase.BODY: self.limits.body,
            ConnectionPhase.ANSWER: self.limits.answer,
        }[phase]
        self._deadline = self.loop.call_later(seconds, self._handle_timeout)

    def _read_phase(self) -> ConnectionPhase:
        cycle: Any = self.cycle
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
        if self._deadline is not None:
            self._deadline.cancel()
