"""Bluesky: all public posts, by its stream Jetstream. Live, without a key."""

from collections.abc import Sequence
from itertools import cycle
from typing import ClassVar, Literal, NoReturn

import aiohttp
import structlog
from pydantic import BaseModel, ConfigDict, Field

from bot.domain.mention import Mention
from bot.domain.own_accounts import DID
from bot.domain.subject import Subject
from bot.sources.base import OUTLET, MentionSink, SourceCheck, SourceContext, SourceKind
from bot.sources.bluesky_events import (
    GONE,
    FrameFilter,
    StreamEvent,
    build_deletion,
    build_post_mention,
    parse_event,
    read_time_us,
)
from bot.sources.bluesky_profiles import ProfileFinder
from bot.sources.bluesky_stream import (
    CURSOR_TOO_OLD,
    FLUSH_AFTER,
    StreamBatch,
    StreamPosition,
    StreamRefusedError,
    connect_stream,
    describe_gap,
    open_stream_session,
)
from bot.sources.mention_parser import InvalidMentionError
from bot.sources.outlet_client import OutletClient, describe_failure

log = structlog.get_logger()

HOSTS = {
    1: tuple(f"wss://jetstream{number}.us-{coast}.bsky.network" for coast in ("east", "west") for number in (1, 2)),
    2: ("wss://jetstream.us-east.bsky.network", "wss://jetstream.us-west.bsky.network"),
}
SILENCE = 60.0
"""Seconds without a frame after which a connection is dead: all of Bluesky is never silent."""
FIRST_RETRY, LONGEST_RETRY, USUAL_FAILURES = 1.0, 60.0, 2


class BlueskyOptions(BaseModel):
    """`[sources.bluesky]` of the playbook."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    named: ClassVar[bool] = False

    version: Literal[1, 2] = 1
    hosts: tuple[str, ...] = ()
    """Base addresses of Jetstream; those of Bluesky by default."""
    profiles: str = Field("https://public.api.bsky.app", pattern=r"^(https?://\S+)?$")
    """Where handles, followers and answered posts are looked up; empty: nowhere."""


class StreamEndedError(Exception):
    """The connection ended. The message continues "The stream of Bluesky …"."""


class BlueskySource:
    def __init__(
        self,
        options: BlueskyOptions,
        context: SourceContext,
        silence: float = SILENCE,
        flush_after: float = FLUSH_AFTER,
    ) -> None:
        self.name = context.name
        self._options = options
        self._context = context
        self._clock = context.clock
        self._silence = silence
        self._flush_after = flush_after
        self._filter = FrameFilter(context.subjects)
        self._hosts = options.hosts or HOSTS[options.version]
        self._failures = 0
        self._refusals = 0
        """How often the cursor was refused as too old, since an event came."""

    async def listen(self, sink: MentionSink) -> None:
        async with (
            sink.hold_source_lease(),
            open_stream_session(self._context.contact) as session,
            OutletClient(self._clock, self._context.contact) as client,
        ):
            finder = ProfileFinder(client, self._options.profiles) if self._options.profiles else None
            batch = StreamBatch(sink, finder, self._clock, self._flush_after)
            batch.position = StreamPosition.parse(await sink.load_cursor())
            hosts = cycle(self._hosts)
            host = next(hosts)
            while True:
                await self._find_own_ids(finder)
                reason = await self._read_until_end(session, host, batch, sink)
                await batch.flush(host)
                host = next(hosts) if self._failures else host  # where nothing was read, the next one
                await self._wait_retry(reason, sink)

    async def _find_own_ids(self, finder: ProfileFinder | None) -> None:
        """Find the ids of our accounts before the stream is read. A handle that is not found is asked for again."""
        handles = [one for one in self._context.own_accounts.list_handles(self.name) if not one.startswith(DID)]
        ids = [one for one in self._context.own_accounts.list_handles(self.name) if one.startswith(DID)]
        found = await finder.find_ids(handles) if finder and handles else {}
        self._filter.add_own_ids([*ids, *found.values()])
        if missing := [handle for handle in handles if handle not in found]:
            log.warning("own accounts not found", source=self.name, handles=missing)

    async def _read_until_end(
        self, session: aiohttp.ClientSession, host: str, batch: StreamBatch, sink: MentionSink
    ) -> str:
        """Read the stream until it ends, and return why."""
        try:
            await self._read_stream(session, host, batch, sink)
        except StreamEndedError as end:
            return str(end)
        except StreamRefusedError as refused:
            if refused.name == CURSOR_TOO_OLD:
                self._refusals += 1
            elif refused.name:
                sink.set_status(f"The stream of Bluesky {refused}.")
            return str(refused)
        except (aiohttp.ClientError, OSError) as error:  # a timeout is one of these
            return str(describe_failure(error))

    async def _wait_retry(self, reason: str, sink: MentionSink) -> None:
        self._failures += 1
        log.info("stream ended", source=self.name, reason=reason)
        if self._failures > USUAL_FAILURES:
            sink.set_status(f"The stream of Bluesky {reason}.")
            await sink.report_issue(OUTLET, f"The stream of Bluesky {reason}")
        doubled = min(LONGEST_RETRY, FIRST_RETRY * 2 ** min(self._failures - 1, 10))
        await self._clock.sleep(doubled * (0.5 + self._context.jitter() / 2))

    async def _read_stream(
        self, session: aiohttp.ClientSession, host: str, batch: StreamBatch, sink: MentionSink
    ) -> NoReturn:
        """Raises `StreamEndedError`, or an error of the network, when the connection ends."""
        position = batch.position
        if self._refusals:  # numbers are refused, times are answered with the oldest that is there
            position = position._replace(host="", seq=0) if self._refusals == 1 else StreamPosition()
        read_until, is_first = batch.position, True
        async with connect_stream(session, self._options.version, host, position) as socket:
            while True:
                try:
                    message = await socket.receive(self._silence if batch.is_empty else self._flush_after)
                except TimeoutError:
                    if batch.is_empty:
                        raise StreamEndedError("is silent") from None
                    await batch.flush(host)
                    continue
                if message.type not in {aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY}:
                    raise StreamEndedError(f"was closed ({socket.close_code})")
                data = message.data
                raw = data.encode("utf-8", "replace") if isinstance(data, str) else data
                if is_first and (first_us := read_time_us(raw)):
                    is_first, self._refusals = False, 0
                    sink.set_status(describe_gap(read_until, first_us))
                    await sink.report_issue(OUTLET, "")
                await self._take_frame(raw, host, batch, sink)
                if batch.is_due:
                    await batch.flush(host)

    async def _take_frame(self, raw: bytes, host: str, batch: StreamBatch, sink: MentionSink) -> None:
        """Add what the frame brings to the batch. One that cannot be read is left out: others wait behind it."""
        self._failures = 0
        mention, is_named = None, True
        if self._filter.may_match(raw):
            try:
                event = parse_event(raw)
                if event.error:
                    raise StreamEndedError(f"ends ({event.error})")
                is_named = event.operation == "delete" or self._filter.matches_event(event)
                mention = self._build_mention(event) if is_named or event.operation == "update" else None
            except InvalidMentionError as wrong:
                log.warning("frame skipped", source=self.name, reason=str(wrong))
            else:
                if event.status in GONE:
                    if batch.has_author(event.did):  # or nobody has seen anything of them
                        await batch.flush(host)
                    await sink.delete_author(event.did)
        batch.add_frame(raw, mention, is_edit=not is_named)

    def _build_mention(self, event: StreamEvent) -> Mention | None:
        """Raises `InvalidMentionError`."""
        if event.operation == "delete":
            return build_deletion(event, self.name)
        if event.operation in {"create", "update"}:
            return build_post_mention(event, self.name, self._filter.build_text(event.record))
        return None


async def check_bluesky(options: BlueskyOptions, context: SourceContext) -> SourceCheck:
    """Wait for one frame of the first host."""
    host = (options.hosts or HOSTS[options.version])[0]
    try:
        async with (
            open_stream_session(context.contact) as session,
            connect_stream(session, options.version, host, StreamPosition()) as socket,
        ):
            message = await socket.receive(10)
    except (aiohttp.ClientError, OSError) as error:
        return SourceCheck(faults=(("", f"the stream of Bluesky {describe_failure(error)}"),))
    except StreamRefusedError as refused:
        return SourceCheck(faults=(("", f"the stream of Bluesky {refused}"),))
    if message.type in {aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY}:
        return SourceCheck()
    return SourceCheck(faults=(("", f"the stream of Bluesky was closed ({socket.close_code})"),))


def _build_default_options(subjects: Sequence[Subject]) -> BlueskyOptions | None:
    return BlueskyOptions() if subjects else None


SOURCE = SourceKind(
    BlueskyOptions,
    BlueskySource,
    check_bluesky,
    label="Bluesky",
    gives=("followers",),
    example="""
# All public posts on Bluesky that name a subject, a second after they are written. Needs no key.
# [sources.bluesky]
# Version of the stream, Jetstream: 1 or 2. Default: 1.
# version = 1
# Servers of the stream, the first that answers. Default: those of Bluesky.
# hosts = ["wss://jetstream1.us-east.bsky.network", "wss://jetstream2.us-west.bsky.network"]
# Where the handles and followers of authors are looked up. Empty: nowhere. Default: Bluesky's public API.
# profiles = "https://public.api.bsky.app"
""",
    keyless_options=_build_default_options,
)
