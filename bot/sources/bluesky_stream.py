"""The position in Bluesky's stream, the connection to it, and what was read and is not published yet."""

import json
import re
from contextlib import AbstractAsyncContextManager, suppress
from datetime import UTC, datetime
from typing import NamedTuple, Self

import aiohttp

from bot.clock import Clock
from bot.domain.mention import Mention
from bot.sources.base import MentionSink
from bot.sources.bluesky_events import POSTS, parse_event
from bot.sources.bluesky_profiles import ProfileFinder
from bot.sources.mention_parser import InvalidMentionError
from bot.sources.outlet_client import build_request_headers

GAP_FROM_US = 60_000_000
"""Microseconds: if the first event is so much later than the cursor, what was between is no longer there."""
REWIND_US = {True: 1_000_000, False: 10_000_000}
"""Microseconds that are read again, at the same host and at another one: their clocks differ."""
FLUSH_AFTER, FLUSH_FROM = 1.0, 100
"""Mentions wait so many seconds, or for so many others, to be published together."""
SAVE_AFTER = 5.0
"""Seconds after which the cursor is stored when there is nothing to publish."""
MAX_FRAME, MAX_REFUSAL = 1_000_000, 2_000
SWITCHING_PROTOCOLS = 101
CLOSE_TIMEOUT = aiohttp.ClientWSTimeout(ws_close=5)
CURSOR_TOO_OLD = "CursorTooOld"
_ERROR_NAME = re.compile(r"[A-Za-z]{1,40}")


class StreamRefusedError(Exception):
    """The host answers with a status instead of a stream. The message continues "The stream of Bluesky …"."""

    def __init__(self, status: int, name: str) -> None:
        """`name`: Jetstream's word for the error, or empty."""
        verb = "refuses us" if status >= 400 else "answers, but not with a stream"
        super().__init__(f"{verb} ({status} {name})" if name else f"{verb} ({status})")
        self.name = name


class StreamPosition(NamedTuple):
    """Up to where the stream was read: sequence numbers belong to one host, times to all."""

    host: str = ""
    seq: int = 0
    time_us: int = 0

    @classmethod
    def parse(cls, raw: str | None) -> Self:
        """Without a readable cursor, start with what is posted now."""
        try:
            read = json.loads(raw or "{}")
            return cls(str(read["host"]), int(read["seq"]), int(read["time_us"]))
        except (ValueError, TypeError, KeyError):
            return cls()

    def dump(self) -> str:
        return json.dumps(self._asdict(), separators=(",", ":"))

    def derive_cursor(self, host: str) -> int:
        """Return the cursor for a connection to this host; 0 for the live end of the stream."""
        if not self.time_us:
            return 0
        return self.seq if self.seq and self.host == host else self.time_us - REWIND_US[self.host == host]


class StreamBatch:
    """Mentions that were read and are not published yet, and the frame that was read last."""

    def __init__(self, sink: MentionSink, finder: ProfileFinder | None, clock: Clock, flush_after: float) -> None:
        self.flush_after = flush_after
        self._sink = sink
        self._finder = finder
        self._clock = clock
        self._mentions: list[Mention] = []
        self._edits: list[Mention] = []
        """Later wordings that name no subject."""
        self._latest = b""
        self._flushed_at = clock.now()
        self.position = StreamPosition()

    @property
    def is_empty(self) -> bool:
        return not self._mentions and not self._edits

    @property
    def is_due(self) -> bool:
        waited = (self._clock.now() - self._flushed_at).total_seconds()
        is_full = len(self._mentions) + len(self._edits) >= FLUSH_FROM
        return is_full or waited >= (SAVE_AFTER if self.is_empty else self.flush_after)

    def has_author(self, author_id: str) -> bool:
        return any(mention.author.id == author_id for mention in self._mentions)

    def add_frame(self, raw: bytes, mention: Mention | None, *, is_edit: bool) -> None:
        """`is_edit`: it names no subject, and its post may have named one."""
        self._latest = raw
        if mention is not None:
            (self._edits if is_edit else self._mentions).append(mention)

    async def flush(self, host: str) -> None:
        """Publish the mentions and move the cursor behind the latest frame, which is only now parsed for it."""
        mentions, edits, self._mentions, self._edits = self._mentions, self._edits, [], []
        self._flushed_at = self._clock.now()
        latest, self._latest = self._latest, b""
        if not latest:
            return
        with suppress(InvalidMentionError):
            event = parse_event(latest)
            if event.time_us:
                self.position = StreamPosition(host, event.seq, event.time_us)
        if not mentions and not edits:
            await self._sink.save_cursor(self.position.dump())
            return
        complete = await self._finder.complete_mentions(mentions) if self._finder else mentions
        await self._sink.publish(complete, self.position.dump(), edits)


def open_stream_session(contact: str) -> aiohttp.ClientSession:
    """Return a session that names itself, and in which a refusal is `StreamRefusedError`."""
    return aiohttp.ClientSession(headers=build_request_headers(contact), middlewares=(_read_refusal,))


def connect_stream(
    session: aiohttp.ClientSession, version: int, host: str, position: StreamPosition
) -> AbstractAsyncContextManager[aiohttp.ClientWebSocketResponse]:
    """Connect to a host behind this position.

    Raises `aiohttp.ClientError`, `OSError`, and `StreamRefusedError` in an `open_stream_session`.
    """
    url, protocols = f"{host}/subscribe", tuple[str, ...]()
    parameters = [("wantedCollections", POSTS)]
    if version == 2:
        url, protocols = f"{host}/xrpc/network.bsky.jetstream.subscribeEvents", ("xrpc.v1.json",)
        parameters = [("kinds", "commit"), ("kinds", "account"), ("collections", POSTS)]
    if cursor := position.derive_cursor(host):
        parameters.append(("cursor", str(cursor)))
    return session.ws_connect(
        url, params=parameters, protocols=protocols, max_msg_size=MAX_FRAME, heartbeat=30, timeout=CLOSE_TIMEOUT
    )


async def _read_refusal(request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    """A middleware: raise `StreamRefusedError` with the name in the body, which `ws_connect` does not read.

    A redirect is refused as well: it could lead into the own network.
    """
    response = await handler(request)
    if response.status == SWITCHING_PROTOCOLS:
        return response
    try:
        body = json.loads(await response.content.read(MAX_REFUSAL))
    except (ValueError, RecursionError):
        body = None
    finally:
        response.close()
    name = str(body.get("error")) if isinstance(body, dict) else ""
    raise StreamRefusedError(response.status, name if _ERROR_NAME.fullmatch(name) else "")


def describe_gap(position: StreamPosition, first_us: int) -> str:
    """Return a sentence about the posts that can no longer be read; empty if there are none.

    `first_us`: when the first event that came after this position was seen, in epoch microseconds.
    """
    if not position.time_us or first_us - position.time_us < GAP_FROM_US:
        return ""
    lost_from, lost_to = (datetime.fromtimestamp(one / 1e6, UTC) for one in (position.time_us, first_us))
    return (
        f"Bluesky keeps 36 hours of posts. Those from {lost_from:%d %b, %H:%M} to {lost_to:%d %b, %H:%M} UTC are lost."
    )
