"""Keeps each source running, and gives it what it needs to put mentions in the inbox."""

import asyncio
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager

import structlog

from bot.clock import Clock
from bot.domain.mention import Mention
from bot.domain.reads import ReadIds, ReadTotals
from bot.sources.base import MentionSource
from bot.store.fencing import LeaseLostError
from bot.store.opening import Store
from bot.workers.loop import Pulse, run

log = structlog.get_logger("ingest")


class StoreEar:
    """The ear of one source: its cursor, the inbox, its lease, and what is wrong with it."""

    def __init__(self, source: str, store: Store, clock: Clock) -> None:
        self._source = source
        self._store = store
        self._clock = clock
        self.sentence = ""
        self._stopped = False

    async def load_cursor(self) -> str | None:
        return await self._store.inbox.load_cursor(self._source)

    async def publish(self, mentions: Sequence[Mention], cursor: str | None = None) -> int:
        new = await self._store.inbox.admit(self._source, mentions, cursor, self._clock.now())
        if mentions:
            log.info("mentions heard", source=self._source, read=len(mentions), new=new)
        self._goes_on()
        return new

    async def save_cursor(self, cursor: str) -> None:
        await self._store.inbox.admit(self._source, (), cursor, self._clock.now())
        self._goes_on()

    async def check_writable(self) -> None:
        await self._store.check_writable()

    def hold_source_lease(self) -> AbstractAsyncContextManager[None]:
        return self._store.leases.hold_lease(f"source:{self._source}")

    def set_status(self, sentence: str) -> None:
        if sentence != self.sentence:
            log.warning("source trouble" if sentence else "source well", source=self._source, trouble=sentence)
        self.sentence = sentence
        self._stopped = False

    async def report_issue(self, part: str, sentence: str) -> None:
        await self._store.health_issues.save_issue(f"{part}:{self._source}", sentence.rstrip("."))

    async def count_reads(self, ids: ReadIds) -> ReadTotals:
        return await self._store.reads.add_reads(self._source, ids, self._clock.now())

    def stopped(self, error: Exception) -> None:
        """Not every source says by itself that it is well again: it is once something comes of it."""
        self.set_status(f"stopped with {type(error).__name__}; it is started again")
        self._stopped = True

    def _goes_on(self) -> None:
        if self._stopped:
            self.set_status("")


class Ended(Exception):  # noqa: N818 - said as it is
    """A source ended itself, and not because it was told to."""


class Listener:
    """One source as a worker: a step is as long as the source listens, and a source that ends is started again."""

    idle = 1.0

    def __init__(self, source: MentionSource, store: Store, clock: Clock, stop: asyncio.Event) -> None:
        self.name = f"source:{source.name}"
        self.source = source.name
        self.ear = StoreEar(source.name, store, clock)
        self._source = source
        self._clock = clock
        self._stop = stop
        self._listening: asyncio.Task[None] | None = None

    def listens(self) -> bool:
        return self._listening is not None and not self._listening.done()

    async def step(self) -> int:
        """Raises what ended the source; `Ended` where it was cancelled from within, or the loop would end with it."""
        listening = self._listening = asyncio.create_task(self._source.listen(self.ear))
        stopping = asyncio.create_task(self._stop.wait())
        try:
            await asyncio.wait({listening, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if listening.cancelled():
                raise Ended
            if listening.done():
                listening.result()
        except LeaseLostError:
            log.warning("source lease lost", source=self._source.name)
        finally:
            for task in (listening, stopping):
                task.cancel()
            await asyncio.gather(listening, stopping, return_exceptions=True)
        return 0

    def failed(self, error: Exception) -> None:
        self.ear.stopped(error)


class Ingest:
    """All sources of this process. Others may take their place while it runs, as when the playbook is read again."""

    def __init__(self, store: Store, clock: Clock, pulse: Pulse) -> None:
        self._store = store
        self._clock = clock
        self._pulse = pulse
        self._sources: tuple[MentionSource, ...] = ()
        self._changed = asyncio.Event()
        self._listeners: list[Listener] = []

    def listen_to(self, sources: Sequence[MentionSource]) -> None:
        self._sources = tuple(sources)
        self._changed.set()

    def troubles(self) -> dict[str, str]:
        """Each source of this process, with what is wrong with it."""
        said = {listener.source: listener.ear.sentence for listener in self._listeners}
        return {source.name: said.get(source.name, "") for source in self._sources}

    async def run(self, stop: asyncio.Event) -> None:
        """Until told to stop; each generation of sources ends before the next begins."""
        while not stop.is_set():
            self._changed.clear()
            over = asyncio.Event()
            self._listeners = [Listener(source, self._store, self._clock, over) for source in self._sources]
            running = [asyncio.create_task(run(listener, self._clock, over)) for listener in self._listeners]
            for listener in self._listeners:
                self._pulse.hold(listener.name, listener.listens, self._clock.now())
            ends = [asyncio.create_task(event.wait()) for event in (stop, self._changed)]
            try:
                await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            finally:
                over.set()
                for task in ends:
                    task.cancel()
                await asyncio.gather(*running, *ends, return_exceptions=True)
                for listener in self._listeners:
                    self._pulse.forget(listener.name)
