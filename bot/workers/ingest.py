"""Keep each source running, and give it what it needs to put mentions in the inbox."""

import asyncio
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import NamedTuple

import structlog

from bot.clock import Clock
from bot.domain.health.source_health import FLOOD_FROM, REQUESTS, SourceQuota, compute_flood_limit, describe_flood
from bot.domain.mention import Mention
from bot.domain.read_budget import ReadIds, ReadTotals
from bot.sources.base import MentionSource
from bot.sources.replay import ReplaySource
from bot.store.fencing import LeaseLostError
from bot.store.store import Store
from bot.workers.runner import Liveness, Worker, run_worker

log = structlog.get_logger("ingest")

FLOOD = "flood"
"""The part under which a source that is slowed is reported."""
LOG_EVERY = 1.0
"""Seconds for which what a source brings is one log line: a line for each delivery cost more than to store it."""


class ReceivedTotal:
    """Logs how much a source has brought, once for all that comes within `LOG_EVERY`."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._read = self._new = 0
        self._timer: asyncio.TimerHandle | None = None

    def add(self, read: int, new: int) -> None:
        self._read += read
        self._new += new
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(LOG_EVERY, self.write_line)

    def write_line(self) -> None:
        """Log what came since the last line, if anything did."""
        if self._timer is not None:
            self._timer.cancel()
            log.info("mentions received", source=self._source, read=self._read, new=self._new)
        self._read, self._new, self._timer = 0, 0, None


class RateSample(NamedTuple):
    """New mentions of one source in one minute."""

    minute: int = 0
    """Counted from the epoch."""
    new: int = 0
    is_flood: bool = False
    """Whether the minute before had too many, so that what waited comes in this one."""


class InboxWriter:
    """The mention sink of one source: its cursor, the inbox, its lease and its status."""

    def __init__(
        self, source: str, store: Store, clock: Clock, *, accepts_future: bool = False, can_flood: bool = True
    ) -> None:
        """`accepts_future`: keep times in the future, as of a recorded day that is moved to begin now.

        `can_flood`: slow it when it brings far more than usual.
        """
        self._accepts_future = accepts_future
        self._can_flood = can_flood and not accepts_future
        self._source = source
        self._store = store
        self._clock = clock
        self.status = ""
        self._crashed = False
        self._quota: SourceQuota | None = None
        self._count = RateSample()
        self._is_flooding: bool | None = None
        self.received = ReceivedTotal(source)

    async def load_cursor(self) -> str | None:
        return await self._store.intake.load_cursor(self._source)

    async def publish(
        self, mentions: Sequence[Mention], cursor: str | None = None, edits: Sequence[Mention] = ()
    ) -> int:
        if cursor is not None and self._can_flood:  # what is pushed to us has no cursor that could wait
            await self._wait_in_flood()
        now = self._clock.now()
        if not self._accepts_future:
            mentions, edits = ([_clamp_time(mention, now) for mention in some] for some in (mentions, edits))
        new = await self._store.intake.admit(self._source, mentions, cursor, now, edits)
        if read := sum(mention.deleted_at is None for mention in mentions):  # a firehose sends ten deletions a second
            self.received.add(read, new)
        self._clear_crash()
        self._count = self._count._replace(new=self._count.new + new)
        return new

    async def _wait_in_flood(self) -> None:
        """Wait until the next minute if this one has brought more than the source may bring, and say so meanwhile."""
        now = self._clock.now().timestamp()
        if int(now // 60) != self._count.minute:
            if not self._count.is_flood and self._is_flooding is not False:  # None: another process may have said so
                await self.report_issue(FLOOD, "")
                self._is_flooding = False
            self._count = RateSample(int(now // 60))
        if self._count.new < FLOOD_FROM:
            return
        limit = compute_flood_limit(await self._store.source_health.load(self._source), self._clock.now())
        if self._count.new >= limit:
            await self.report_issue(FLOOD, describe_flood(self._source, limit))
            self._is_flooding = True
            await self._clock.sleep(60 - now % 60)
            self._count = RateSample(int(self._clock.now().timestamp() // 60), is_flood=True)

    async def delete_author(self, author_id: str) -> None:
        source, now = self._source.partition(".")[0], self._clock.now()
        if await self._store.intake.has_author(source, author_id, now):  # a firehose tells of all accounts that close
            await self._store.deletions.add_author(source, author_id, now)

    async def import_first(self, mentions: Sequence[Mention], cursor: str) -> None:
        now = self._clock.now()
        await self._store.source_health.record_import(
            self._source, [_clamp_time(mention, now) for mention in mentions], now
        )
        await self.save_cursor(cursor)
        log.info("source started", source=self._source, imported=len(mentions), posted=0)

    async def save_cursor(self, cursor: str) -> None:
        await self._store.intake.admit(self._source, (), cursor, self._clock.now())
        self._clear_crash()

    async def check_writable(self) -> None:
        await self._store.check_writable()

    def hold_source_lease(self) -> AbstractAsyncContextManager[None]:
        return self._store.leases.hold_lease(f"source:{self._source}")

    def set_status(self, sentence: str) -> None:
        if sentence != self.status:
            log.warning("source failing" if sentence else "source recovered", source=self._source, trouble=sentence)
        self.status = sentence
        self._crashed = False

    async def report_issue(self, part: str, sentence: str) -> None:
        await self._store.health_issues.save_issue(f"{part}:{self._source}", sentence.rstrip("."))

    async def count_reads(self, ids: ReadIds) -> ReadTotals:
        return await self._store.reads.add_reads(self._source, ids, self._clock.now())

    async def report_backlog(self, waiting: int) -> None:
        await self._store.source_health.save_backlog(self._source, waiting, self._clock.now())

    async def report_quota(self, left: float, of: float, until: datetime | None, unit: str = REQUESTS) -> None:
        if (quota := SourceQuota(left, of, until, unit)) != self._quota:
            await self._store.source_health.save_quota(self._source, quota)
            self._quota = quota

    def record_crash(self, error: Exception) -> None:
        """Record a crash, which the next published mention or saved cursor clears."""
        self.set_status(f"stopped with {type(error).__name__}. It is restarted")
        self._crashed = True

    def _clear_crash(self) -> None:
        if self._crashed:
            self.set_status("")


def _clamp_time(mention: Mention, now: datetime) -> Mention:
    """Outlets take the time of a post from its author, whose clock may be wrong: none is from the future."""
    if mention.created_at > now:
        mention = mention.copy_with(created_at=now)
    return mention.copy_with(edited_at=now) if mention.edited_at and mention.edited_at > now else mention


class SourceEndedError(Exception):
    """A source ended without being told to."""


class SourceWorker(Worker):
    """One source as a worker: a step lasts as long as the source listens; a source that ends is started again."""

    idle = 1.0

    def __init__(self, source: MentionSource, store: Store, clock: Clock, stop: asyncio.Event) -> None:
        self.name = f"source:{source.name}"
        self.source = source.name
        self.inbox_writer = InboxWriter(source.name, store, clock, can_flood=not isinstance(source, ReplaySource))
        self._source = source
        self._clock = clock
        self._stop = stop
        self._listen_task: asyncio.Task[None] | None = None

    def is_listening(self) -> bool:
        return self._listen_task is not None and not self._listen_task.done()

    async def step(self) -> int:
        """Raises the source's error, or `SourceEndedError` if it was cancelled from within."""
        listening = self._listen_task = asyncio.create_task(self._source.listen(self.inbox_writer))
        stopping = asyncio.create_task(self._stop.wait())
        try:
            await asyncio.wait({listening, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if listening.cancelled():
                raise SourceEndedError
            if listening.done():
                listening.result()
        except LeaseLostError:
            log.warning("source lease lost", source=self._source.name)
        finally:
            for task in (listening, stopping):
                task.cancel()
            await asyncio.gather(listening, stopping, return_exceptions=True)
            self.inbox_writer.received.write_line()
        return 0

    def handle_failure(self, error: Exception) -> bool:
        self.inbox_writer.record_crash(error)
        return False


class IngestRunner:
    """Runs the sources of this process, which may be replaced while it runs, as when the playbook is reloaded."""

    def __init__(self, store: Store, clock: Clock, liveness: Liveness) -> None:
        self._store = store
        self._clock = clock
        self._liveness = liveness
        self._sources: tuple[MentionSource, ...] = ()
        self._changed = asyncio.Event()
        self._workers: list[SourceWorker] = []

    def set_sources(self, sources: Sequence[MentionSource]) -> None:
        self._sources = tuple(sources)
        self._changed.set()

    def list_source_issues(self) -> dict[str, str]:
        """Return what is wrong with each source of this process; empty if nothing is."""
        statuses = {worker.source: worker.inbox_writer.status for worker in self._workers}
        return {source.name: statuses.get(source.name, "") for source in self._sources}

    async def run(self, stop: asyncio.Event) -> None:
        """Run until told to stop; replaced sources end before the new ones start."""
        while not stop.is_set():
            self._changed.clear()
            over = asyncio.Event()
            self._workers = [SourceWorker(source, self._store, self._clock, over) for source in self._sources]
            running = [asyncio.create_task(run_worker(worker, self._clock, over)) for worker in self._workers]
            for worker in self._workers:
                self._liveness.register_probe(worker.name, worker.is_listening, self._clock.now())
            ends = [asyncio.create_task(event.wait()) for event in (stop, self._changed)]
            try:
                await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            finally:
                over.set()
                for task in ends:
                    task.cancel()
                await asyncio.gather(*running, *ends, return_exceptions=True)
                for worker in self._workers:
                    self._liveness.forget(worker.name)
