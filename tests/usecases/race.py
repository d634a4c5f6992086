"""People who press at once, and a store that goes away between what is read and what is written.

A proxy before the store holds commits until all of those who race have arrived, so that a race is one on any machine.
"""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any, NamedTuple

from bot.domain.commits import NotAllowed
from handlers import UseCases

COMMIT = b"EVALSHA"
CHUNK = 1 << 16


class CommitBarrier:
    def __init__(self, socket: str) -> None:
        self.url = ""
        self._socket = socket
        self._waiting = 0
        self._open = asyncio.Event()
        self._open.set()
        self._passing = -1
        """How many commits pass before the connection is lost; negative: all of them."""
        self.cut_off = False
        """Whether the connection is lost with each commit, before the store has it."""

    def cut_off_after(self, count: int) -> None:
        """Lose the connection with each commit once so many have passed."""
        self._passing = count

    def hold(self, count: int) -> None:
        """Let the next commits pass only together, once there are so many."""
        self._waiting = count
        self._open.clear()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        from_store, to_store = await asyncio.open_unix_connection(self._socket)
        with suppress(ConnectionError):
            async with asyncio.TaskGroup() as group:
                group.create_task(self._forward(from_store, writer))
                group.create_task(self._forward(reader, to_store, held=True))

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, held: bool = False) -> None:
        while chunk := await reader.read(CHUNK):
            if held and COMMIT in chunk:
                if self.cut_off or self._passing == 0:
                    break
                self._passing -= 1
                await self._meet()
            writer.write(chunk)
            await writer.drain()
        writer.close()

    async def _meet(self) -> None:
        self._waiting -= 1
        if self._waiting <= 0:
            self._open.set()
        await self._open.wait()


@asynccontextmanager
async def serve_commit_barrier(redis_url: str) -> AsyncIterator[CommitBarrier]:
    barrier = CommitBarrier(redis_url.removeprefix("unix://"))
    server = await asyncio.start_server(barrier.serve, "127.0.0.1", 0)
    barrier.url = f"redis://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield barrier
    finally:
        server.close()


class Finish(NamedTuple):
    """What those who were first were given, and what the others were told."""

    given: tuple[Any, ...]
    told: tuple[str, ...]


class Race:
    """`usecases` are those of a process of its own, all of whose commits go through the barrier."""

    def __init__(self, barrier: CommitBarrier, usecases: UseCases) -> None:
        self.barrier = barrier
        self.usecases = usecases

    async def run(self, *asked: Coroutine[Any, Any, Any]) -> Finish:
        """Raise what is neither an answer nor a refusal."""
        self.barrier.hold(len(asked))
        found = await asyncio.gather(*asked, return_exceptions=True)
        for one in found:
            if isinstance(one, BaseException) and not isinstance(one, NotAllowed):
                raise one
        given = tuple(one for one in found if not isinstance(one, NotAllowed))
        return Finish(given, tuple(str(one) for one in found if isinstance(one, NotAllowed)))
