"""The live posts, edits and deletions of an instance of Mastodon, by server-sent events."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import NamedTuple, Protocol
from urllib.parse import quote

import aiohttp
import structlog
from aiohttp.http_exceptions import HttpProcessingError

from bot.domain.mention import Mention
from bot.sources.base import MentionSink, SourceContext
from bot.sources.mastodon_status import InstanceAccess, Status
from bot.sources.mention_parser import InvalidMentionError, parse_json, validate_mention
from bot.sources.outlet_client import (
    OutletClient,
    OutletError,
    build_request_headers,
    describe_failure,
    describe_status,
)
from bot.sources.polling import USUAL_FAILURES, PolledSource, compute_retry_wait

log = structlog.get_logger()

SILENCE = 60.0
"""Seconds without a byte after which a stream is dead: a sign of life comes every 15."""
STEADY = 60.0
"""Seconds after which a connection was a good one."""
MAX_LINE = 1_000_000
"""Bytes; statuses are a few thousand."""


class StreamOutlet(Protocol):
    """What the streams need of the outlet that is polled beside them."""

    url: str
    tags: list[str]
    headers: dict[str, str]
    stream_problems: dict[str, str]

    async def describe_instance(self, client: OutletClient) -> InstanceAccess: ...

    def build_mentions(self, statuses: Sequence[Status]) -> tuple[list[Mention], list[Mention], str]: ...


class ServerEvent(NamedTuple):
    """One server-sent event."""

    name: str
    data: bytes


class MastodonSource:
    """Streams what happens now, and polls beside it, which fills the gaps of each connection: nothing is replayed.

    Only the poll moves the cursor. A post that both bring is admitted once.
    """

    def __init__(
        self,
        outlet: StreamOutlet,
        polled: PolledSource,
        context: SourceContext,
        *,
        is_public: bool,
        silence: float = SILENCE,
    ) -> None:
        self.name = context.name
        self._outlet = outlet
        self._polled = polled
        self._context = context
        self._silence = silence
        hashtags = [f"hashtag?tag={quote(tag, safe='')}" for tag in outlet.tags]
        self._streams = ["public"] if is_public else hashtags

    async def listen(self, sink: MentionSink) -> None:
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=10, sock_read=self._silence)
        agent = build_request_headers(self._context.contact)
        async with (
            sink.hold_source_lease(),
            OutletClient(self._context.clock, self._context.contact) as client,
            aiohttp.ClientSession(headers=agent, timeout=timeout, read_bufsize=MAX_LINE) as session,
        ):
            parts = [self._polled.poll_outlet(sink)]
            parts += [self._run_stream(path, client, session, sink) for path in self._streams]
            tasks = [asyncio.create_task(part) for part in parts]
            try:
                await asyncio.gather(*tasks)
            finally:
                for task in tasks:
                    if not task.cancelling():  # twice would interrupt how it closes its connections
                        task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)

    async def _run_stream(
        self, path: str, client: OutletClient, session: aiohttp.ClientSession, sink: MentionSink
    ) -> None:
        """Read a stream, and connect again whenever it ends."""
        clock, failures = self._context.clock, 0
        while True:
            began = clock.now()
            try:
                await self._read_stream(path, client, session, sink)
                error = OutletError("closes the stream")
            except OutletError as refused:
                error = refused
            except (aiohttp.ClientError, HttpProcessingError, OSError, ValueError) as broken:
                # a timeout is one of these, and so is a line without end
                error = describe_failure(broken)
            failures = 1 if (clock.now() - began).total_seconds() >= STEADY else failures + 1
            log.info("stream ended", source=self.name, reason=str(error))
            if failures > USUAL_FAILURES or error.needs_person:
                self._outlet.stream_problems[path] = (
                    f"The outlet {error}. Until its stream works, posts come later, by polling."
                )
            wait = compute_retry_wait(error, failures, clock.now())
            await clock.sleep(wait * (1 + self._context.jitter() / 4))

    async def _read_stream(
        self, path: str, client: OutletClient, session: aiohttp.ClientSession, sink: MentionSink
    ) -> None:
        """Publish what comes until the stream ends. Raises `OutletError` and errors of the network."""
        access = await self._outlet.describe_instance(client)
        base = access.streaming or self._outlet.url
        if base.startswith("http://") and not self._outlet.url.startswith("http://"):
            raise OutletError("wants the token without encryption", needs_person=True)
        url = f"{base}/api/v1/streaming/{path}"
        async with session.get(url, headers=self._outlet.headers, allow_redirects=False) as response:
            if response.status != 200:
                headers = {name.lower(): value for name, value in response.headers.items()}
                raise describe_status(response.status, headers, self._context.clock.now())
            async for event in iter_server_events(response.content):
                self._outlet.stream_problems.pop(path, None)
                mentions, edits = self._build_mentions(event)
                if mentions or edits:
                    await sink.publish(mentions, edits=edits)

    def _build_mentions(self, event: ServerEvent) -> tuple[list[Mention], list[Mention]]:
        """Return what an event brings, and whether it is an edit that names no subject, in the second list.

        Nothing if it cannot be read, for others wait behind it.
        """
        try:
            if event.name == "delete":
                native = event.data.decode("utf-8", "replace").strip().strip('"')
                deleted = {"id": native, "source": self.name, "deleted_at": self._context.clock.now()}
                return [validate_mention(deleted)], []
            if event.name in {"update", "status.update"}:
                status = parse_json(event.data)
                return self._outlet.build_mentions([status])[:2] if isinstance(status, dict) else ([], [])
        except InvalidMentionError as wrong:
            log.warning("event skipped", source=self.name, reason=str(wrong))
        return [], []


async def iter_server_events(lines: aiohttp.StreamReader) -> AsyncIterator[ServerEvent]:
    """Yield each event that is complete, and one without a name for each sign of life.

    Raises `ValueError` if a line is longer than `MAX_LINE`.
    """
    name, data = "", list[bytes]()
    size = 0
    async for raw in lines:
        line = raw.rstrip(b"\r\n")
        field, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        size += len(line)
        if size > MAX_LINE:
            raise ValueError("an event without end")
        if not line:
            if name:
                yield ServerEvent(name, b"\n".join(data))
            name, data, size = "", [], 0
        elif not field:
            size = 0
            yield ServerEvent("", b"")
        elif field == b"event":
            name = value.decode("utf-8", "replace")
        elif field == b"data":
            data.append(value)
