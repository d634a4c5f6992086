"""A recorded day, played again from a JSON lines file, at its own speed, faster, or as fast as it goes."""

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
from bot.domain.decision import StoreUnavailable
from bot.domain.mention import Mention
from bot.sources.base import Ear, Parts, SourceCheck
from bot.sources.reading import LINE_LIMIT, BadLine, mentions_in

log = structlog.get_logger()

BATCH = 500
RETRY = 2.0  # seconds until the store is asked again when it was away


class Options(BaseModel):
    """`[sources.replay]` of the playbook."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    named: ClassVar[bool] = False

    file: Path
    speed: Annotated[float, Field(gt=0)] | Literal["max"] = 1.0
    """1: as it happened; 60: an hour in a minute; max: at once."""
    rebase: bool = False
    """Shift all times so that the first mention is said now; the gaps between them stay."""


class Cursor(BaseModel):
    """How far a file was read. `first` is a hash of its first line, so that a file may grow but not be another."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    file: str
    first: str
    line: int = 0
    shift: float | None = None
    """Seconds by which times are moved when rebasing: kept, so that a resumed day goes on as the day it was."""

    @classmethod
    def after(cls, kept: str | None, path: Path) -> "Cursor":
        """Where to go on in this file; at its beginning if the kept cursor is of another."""
        with path.open("rb") as stream:
            start = cls(file=path.name, first=hashlib.sha256(stream.readline(LINE_LIMIT)).hexdigest()[:16])
        try:
            found = cls.model_validate_json(kept or "")
        except ValidationError:
            return start
        return found if (found.file, found.first) == (start.file, start.first) else start


@dataclass(slots=True)
class Batch:
    """Mentions that are due and not yet heard, and the line that they reach to."""

    line: int
    mentions: list[Mention] = field(default_factory=list)


@dataclass(slots=True)
class Played:
    """What came of a run: how many were mentions, how many of these new, how many lines were none."""

    heard: int = 0
    new: int = 0
    bad: int = 0


class Pace:
    """When a mention is due: as long after the first one as it was said, by the factor of speed."""

    def __init__(self, clock: Clock, speed: float | Literal["max"]) -> None:
        self._clock = clock
        self._speed = speed
        self._start: tuple[datetime, datetime] | None = None

    def wait(self, said: datetime) -> float:
        """Seconds until it is due; 0 or less: now."""
        if self._speed == "max":
            return 0.0
        now = self._clock.now()
        started, first = self._start = self._start or (now, said)
        return (said - first).total_seconds() / self._speed - (now - started).total_seconds()


class Replay:
    """Resumable: the cursor is the line last heard. Lines that are no mentions are reported and passed over."""

    def __init__(self, options: Options, clock: Clock, name: str = "replay") -> None:
        self.name = name
        self._options = options
        self._clock = clock

    @classmethod
    def built(cls, options: Options, parts: Parts) -> "Replay":
        return cls(options, parts.clock, parts.name)

    async def listen(self, ear: Ear) -> None:
        """Plays the file once, by one process, and stays: a source runs until it is cancelled."""
        while True:
            async with ear.alone():
                await self._play_through(ear)
                await asyncio.Event().wait()

    async def play(self, ear: Ear, report: Callable[[BadLine], None] | None = None) -> Played:
        """From where it stopped to the end of the file."""
        cursor = Cursor.after(await ear.cursor(), self._options.file)
        played = Played()
        pace = Pace(self._clock, self._options.speed)
        batch = Batch(cursor.line)
        for number, item in self._items(cursor.line):
            if isinstance(item, BadLine):
                played.bad += 1
                (report or self._noted)(item)
                batch.line = number
                continue
            cursor = self._shifted(cursor, item)
            wait = pace.wait(item.created_at)
            if batch.mentions and (wait > 0 or len(batch.mentions) >= BATCH):
                await self._hear(ear, batch, cursor, played)
                batch = Batch(batch.line)
            if wait > 0:
                await self._clock.sleep(wait)
            batch.mentions.append(_moved(item, cursor.shift))
            batch.line = number
        await self._hear(ear, batch, cursor, played)
        return played

    async def _play_through(self, ear: Ear) -> None:
        """A store that is away is waited for; the cursor knows where to go on."""
        while True:
            try:
                played = await self.play(ear)
            except StoreUnavailable:
                ear.trouble(f"{self.name} waits: the store does not answer.")
            except OSError as gone:
                ear.trouble(f"{self._options.file.name} cannot be read: {gone.strerror or 'it is not a file'}.")
            else:
                ear.trouble("")
                log.info("replay ended", source=self.name, heard=played.heard, new=played.new, bad=played.bad)
                return
            await self._clock.sleep(RETRY)

    def _items(self, after: int) -> Iterator[tuple[int, Mention | BadLine]]:
        with self._options.file.open("rb") as stream:
            for number, item in mentions_in(stream):
                if number > after:
                    yield number, item

    def _shifted(self, cursor: Cursor, mention: Mention) -> Cursor:
        if not self._options.rebase or cursor.shift is not None:
            return cursor
        return cursor.model_copy(update={"shift": (self._clock.now() - mention.created_at).total_seconds()})

    def _noted(self, bad: BadLine) -> None:
        log.warning("line is no mention", source=self.name, line=bad.line, reason=bad.reason)

    @staticmethod
    async def _hear(ear: Ear, batch: Batch, cursor: Cursor, played: Played) -> None:
        reached = cursor.model_copy(update={"line": batch.line}).model_dump_json()
        if not batch.mentions:
            await ear.progress(reached)
            return
        played.new += await ear.hear(batch.mentions, reached)
        played.heard += len(batch.mentions)


def _moved(mention: Mention, shift: float | None) -> Mention:
    if shift is None:
        return mention
    try:
        moved = mention.created_at + timedelta(seconds=shift)
    except OverflowError:  # said in the year 9999: left where it is
        return mention
    return mention.model_copy(update={"created_at": moved})


async def check(options: Options, _: Parts) -> SourceCheck:
    """Whether the file begins with a mention."""
    try:
        with options.file.open("rb") as stream:
            first = next((item for _, item in mentions_in(stream)), None)
    except OSError as no:
        return SourceCheck(faults=(("", f"{options.file} cannot be read ({no.strerror}); correct the path"),))
    if first is None:
        return SourceCheck(faults=(("", f"{options.file} is empty; name a file with one mention a line"),))
    if isinstance(first, BadLine):
        return SourceCheck(faults=(("", f"{options.file} does not begin with a mention: {first}"),))
    return SourceCheck()
