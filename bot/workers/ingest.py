"""Keeps each source running, and gives it what it needs to put mentions in the inbox."""

import asyncio
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager

import structlog

from bot.clock import Clock
from bot.domain.mention import Mention
from bot.sources.base import Source
from bot.store.leases import LeaseLost
from bot.store.opening import Store

log = structlog.get_logger("ingest")


class StoreEar:
    """The ear of one source: its cursor, the inbox, its lease, and what is wrong with it."""

    def __init__(self, source: str, store: Store, clock: Clock) -> None:
        self._source = source
        self._store = store
        self._clock = clock
        self.sentence = ""

    async def cursor(self) -> str | None:
        return await self._store.inbox.cursor(self._source)

    async def hear(self, mentions: Sequence[Mention], cursor: str | None = None) -> int:
        new = await self._store.inbox.admit(self._source, mentions, cursor, self._clock.now())
        if mentions:
            log.info("mentions heard", source=self._source, read=len(mentions), new=new)
        return new

    async def progress(self, cursor: str) -> None:
        await self._store.inbox.admit(self._source, (), cursor, self._clock.now())

    def alone(self) -> AbstractAsyncContextManager[None]:
        return self._store.leases.hold(f"source:{self._source}")

    def trouble(self, sentence: str) -> None:
        if sentence != self.sentence:
            log.warning("source trouble" if sentence else "source well", source=self._source, trouble=sentence)
        self.sentence = sentence


class Listener:
    """One source as a worker: a step is as long as the source listens, and a source that ends is started again."""

    idle = 1.0

    def __init__(self, source: Source, store: Store, clock: Clock, stop: asyncio.Event) -> None:
        self.name = f"source:{source.name}"
        self.ear = StoreEar(source.name, store, clock)
        self._source = source
        self._clock = clock
        self._stop = stop

    async def step(self) -> int:
        listening = asyncio.create_task(self._source.listen(self.ear))
        stopping = asyncio.create_task(self._stop.wait())
        try:
            await asyncio.wait({listening, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if listening.done():
                listening.result()
        except LeaseLost:
            log.warning("source lease lost", source=self._source.name)
        finally:
            for task in (listening, stopping):
                task.cancel()
            await asyncio.gather(listening, stopping, return_exceptions=True)
        return 0

    def failed(self, error: Exception) -> None:
        self.ear.trouble(f"stopped with {type(error).__name__}; it is started again")
