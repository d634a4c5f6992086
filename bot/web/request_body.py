"""Read request bodies with limits on the size of each, on the size of all together, and on time."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive

from bot.sources.webhook import BODY_LIMIT

IN_FLIGHT_MOST = 16_000_000
"""Maximum bytes of all bodies that are being read."""
PATIENCE = 10.0
"""Seconds within which a body must be complete."""


class BodyError(Exception):
    """A rejected body: a status, and a sentence for the sender."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


@dataclass(eq=False, slots=True)
class _PendingBody:
    limit: asyncio.Timeout
    body: bytearray = field(default_factory=bytearray)
    dropped: bool = False


class BodyReader:
    """Reads bodies; where all together are too large, drops the one that has taken the longest."""

    def __init__(self, most: int = IN_FLIGHT_MOST, patience: float = PATIENCE) -> None:
        self._most = most
        self._patience = patience
        self._held = 0
        self._readings: dict[_PendingBody, None] = {}

    async def read(self, headers: Mapping[str, str], receive: Receive) -> bytes:
        """Return the body. Raises `BodyError`."""
        if _parse_content_length(headers) > BODY_LIMIT:
            raise BodyError(413, "the body is larger than 1 MB")
        reading = _PendingBody(asyncio.timeout(self._patience))
        self._readings[reading] = None
        try:
            async with reading.limit:
                return await self._collect_chunks(receive, reading)
        except TimeoutError:
            if reading.dropped:
                raise BodyError(503, "too much is being sent at once. Send it again") from None
            raise BodyError(408, f"the body was not here within {self._patience:.0f} s") from None
        finally:
            self._release_body(reading)

    async def _collect_chunks(self, receive: Receive, reading: _PendingBody) -> bytes:
        has_more = True
        while has_more and not reading.dropped:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise BodyError(400, "the sender left")
            has_more = message.get("more_body", False)
            if not reading.dropped:
                self._add_chunk(reading, message.get("body", b""))
        if reading.dropped:
            raise TimeoutError
        return bytes(reading.body)

    def _add_chunk(self, reading: _PendingBody, chunk: bytes) -> None:
        reading.body += chunk
        self._held += len(chunk)
        if len(reading.body) > BODY_LIMIT:
            raise BodyError(413, "the body is larger than 1 MB")
        while self._held > self._most:
            self._drop_body(next(iter(self._readings)))

    def _drop_body(self, reading: _PendingBody) -> None:
        self._release_body(reading)
        reading.dropped = True
        reading.limit.reschedule(asyncio.get_running_loop().time())

    def _release_body(self, reading: _PendingBody) -> None:
        self._readings.pop(reading, None)
        self._held -= len(reading.body)
        reading.body = bytearray()


def _parse_content_length(headers: Mapping[str, str]) -> int:
    said = headers.get("content-length", "0")
    return int(said) if said.isascii() and said.isdigit() else 0


async def read_body(request: Request) -> bytes:
    """Read the body with the app's `BodyReader`. Raises `BodyError`, which the app answers."""
    reader: BodyReader = request.app.state.bodies
    return await reader.read(request.headers, request.receive)


async def answer_body_error(_: Request, error: Exception) -> Response:
    assert isinstance(error, BodyError)
    return build_refusal(error)


def build_refusal(error: BodyError) -> Response:
    headers = {"Connection": "close", **({"Retry-After": "5"} if error.status == 503 else {})}
    return JSONResponse({"error": str(error)}, error.status, headers)
