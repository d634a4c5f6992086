"""The replay source: publishes the mentions of a JSON lines file at their own pace, faster, or at once."""

import asyncio
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, ClassVar, Literal

import structlog
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.clock import Clock
from bot.domain.commits import StoreUnavailable
from bot.domain.immutable import FrozenModel
from bot.domain.mention import Mention
from bot.domain.route_conditions import OUTLET_FIELDS
from bot.sources.base import MentionSink, SourceCheck, SourceContext, SourceKind
from bot.sources.mention_parser import LINE_LIMIT, InvalidLine, parse_mention_lines

log = structlog.get_logger()

BATCH = 500
RETRY = 2.0  # seconds until the next try if the store is unavailable


class ReplayOptions(BaseModel):
    """`[sources.replay]` of the playbook."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    named: ClassVar[bool] = False

    file: Path
    speed: Annotated[float, Field(gt=0)] | Literal["max"] = 1.0
    """1: as it happened; 60: an hour in a minute; max: at once."""
    rebase: bool = False
    """Shift all times so that the first mention is said now; the gaps between them stay."""


class ReplayCursor(FrozenModel):
    """How far a file was read. `first` is a hash of its first line: a file may grow; another one starts at 0."""

    file: str
    first: str
    line: int = 0
    shift: float | None = None
    """Seconds by which `rebase` moves all times, stored so that a resumed replay uses the same."""

    @classmethod
    def resume_from(cls, saved: str | None, path: Path) -> "ReplayCursor":
        """Return the saved cursor, or the start of the file if the cursor is of another file."""
        with path.open("rb") as stream:
            start = cls(file=path.name, first=hashlib.sha256(stream.readline(LINE_LIMIT)).hexdigest()[:16])
        try:
            found = cls.model_validate_json(saved or "")
        except ValidationError:
            return start
        return found if (found.file, found.first) == (start.file, start.first) else start


@dataclass(slots=True)
class ReplayBatch:
    """Mentions that are due and not yet published, and the line up to which they reach."""

    line: int
    mentions: list[Mention] = field(default_factory=list)


@dataclass(slots=True)
class ReplayResult:
    """How many mentions a replay has read, how many of them were new, and how many lines were invalid."""

    mentions_read: int = 0
    new: int = 0
    invalid: int = 0


class ReplayPacer:
    """Computes when a mention is due: its distance from the first one, divided by the speed."""

    def __init__(self, clock: Clock, speed: float | Literal["max"]) -> None:
        self._clock = clock
        self._speed = speed
        self._start: tuple[datetime, datetime] | None = None

    def compute_wait(self, created_at: datetime) -> float:
        """Return the seconds until a mention is due; 0 or less means now."""
        if self._speed == "max":
            return 0.0
        now = self._clock.now()
        started, first = self._start = self._start or (now, created_at)
        return (created_at - first).total_seconds() / self._speed - (now - started).total_seconds()


class ReplaySource:
    """Resumable: the cursor is the last published line. Invalid lines are logged and skipped."""

    def __init__(self, options: ReplayOptions, clock: Clock, name: str = "replay") -> None:
        self.name = name
        self._options = options
        self._clock = clock

    @classmethod
    def from_options(cls, options: ReplayOptions, parts: SourceContext) -> "ReplaySource":
        return cls(options, parts.clock, parts.name)

    async def listen(self, sink: MentionSink) -> None:
        """Replay the file once, in one process, and then wait until cancelled."""
        while True:
            async with sink.hold_source_lease():
                await self._replay_with_retry(sink)
                await asyncio.Event().wait()

    async def replay_file(self, sink: MentionSink, report: Callable[[InvalidLine], None] | None = None) -> ReplayResult:
        """Replay from the cursor to the end of the file. `report` gets invalid lines, which are logged by default."""
        cursor = ReplayCursor.resume_from(await sink.load_cursor(), self._options.file)
        played = ReplayResult()
        pace = ReplayPacer(self._clock, self._options.speed)
        batch = ReplayBatch(cursor.line)
        for number, item in self._iter_items(cursor.line):
            if isinstance(item, InvalidLine):
                played.invalid += 1
                (report or self._log_invalid_line)(item)
                batch.line = number
                continue
            cursor = self._rebase_cursor(cursor, item)
            wait = pace.compute_wait(item.created_at)
            if batch.mentions and (wait > 0 or len(batch.mentions) >= BATCH):
                await self._publish_batch(sink, batch, cursor, played)
                batch = ReplayBatch(batch.line)
            if wait > 0:
                await self._clock.sleep(wait)
            batch.mentions.append(_shift_mention(item, cursor.shift))
            batch.line = number
        await self._publish_batch(sink, batch, cursor, played)
        return played

    async def _replay_with_retry(self, sink: MentionSink) -> None:
        """Replay the file; if the store or the file is unavailable, retry from the cursor."""
        while True:
            try:
                played = await self.replay_file(sink)
            except StoreUnavailable:
                sink.set_status(f"{self.name} waits: the store does not answer.")
            except OSError as gone:
                sink.set_status(f"{self._options.file.name} cannot be read: {gone.strerror or 'it is not a file'}.")
            else:
                sink.set_status("")
                counts = {"heard": played.mentions_read, "new": played.new, "bad": played.invalid}
                log.info("replay ended", source=self.name, **counts)
                return
            await self._clock.sleep(RETRY)

    def _iter_items(self, after: int) -> Iterator[tuple[int, Mention | InvalidLine]]:
        with self._options.file.open("rb") as stream:
            for number, item in parse_mention_lines(stream):
                if number > after:
                    yield number, item

    def _rebase_cursor(self, cursor: ReplayCursor, mention: Mention) -> ReplayCursor:
        if not self._options.rebase or cursor.shift is not None:
            return cursor
        return cursor.copy_with(shift=(self._clock.now() - mention.created_at).total_seconds())

    def _log_invalid_line(self, bad: InvalidLine) -> None:
        log.warning("line is not a mention", source=self.name, line=bad.line, reason=bad.reason)

    @staticmethod
    async def _publish_batch(sink: MentionSink, batch: ReplayBatch, cursor: ReplayCursor, played: ReplayResult) -> None:
        reached = cursor.copy_with(line=batch.line).model_dump_json()
        if not batch.mentions:
            await sink.save_cursor(reached)
            return
        played.new += await sink.publish(batch.mentions, reached)
        played.mentions_read += len(batch.mentions)


def _shift_mention(mention: Mention, shift: float | None) -> Mention:
    """Return the mention with all its times moved by so many seconds."""
    if shift is None:
        return mention
    by = timedelta(seconds=shift)
    try:
        return mention.copy_with(
            created_at=mention.created_at + by,
            edited_at=mention.edited_at and mention.edited_at + by,
            deleted_at=mention.deleted_at and mention.deleted_at + by,
        )
    except OverflowError:  # created in the year 9999: left as it is
        return mention


async def check_replay(options: ReplayOptions, _: SourceContext) -> SourceCheck:
    """Check that the file begins with a mention."""
    try:
        with options.file.open("rb") as stream:
            first = next((item for _, item in parse_mention_lines(stream)), None)
    except OSError as no:
        return SourceCheck(faults=(("", f"{options.file} cannot be read ({no.strerror}). Correct the path"),))
    if first is None:
        return SourceCheck(faults=(("", f"{options.file} is empty. Name a file with one mention in each line"),))
    if isinstance(first, InvalidLine):
        return SourceCheck(faults=(("", f"{options.file} does not begin with a mention: {first}"),))
    return SourceCheck()


SOURCE = SourceKind(ReplayOptions, ReplaySource.from_options, check_replay, endless=False, gives=OUTLET_FIELDS)
