"""What must run once, runs where the lease is."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from bot.domain.decision import Unreachable
from bot.store.client import Client
from bot.store.keys import Keys

LENGTH = timedelta(seconds=10)
"""A dead holder blocks the others for as long as this."""


class LeaseLost(Exception):  # noqa: N818 - said as it is
    """Another process may run this now; whoever held it must stop."""


class Leases:
    """Leases in the name of one worker of one process."""

    def __init__(self, client: Client, keys: Keys, holder: str) -> None:
        self._client = client
        self._keys = keys
        self._holder = holder

    async def take(self, name: str, length: timedelta = LENGTH) -> bool:
        """Ours now, or ours still."""
        milliseconds = max(1, int(length.total_seconds() * 1000))
        return bool(await self._client.script("lease", [self._keys.lease(name)], [self._holder, milliseconds]))

    async def give_back(self, name: str) -> None:
        await self._client.script("lease", [self._keys.lease(name)], [self._holder, 0])

    @asynccontextmanager
    async def hold(self, name: str, length: timedelta = LENGTH) -> AsyncIterator[None]:
        """Waits for the lease, keeps it while inside, and cancels the inside with `LeaseLost` if it is lost.

        The wait is in real time, like the lease itself, which must end though its holder is gone.
        """
        pause = length.total_seconds() / 3
        while not await self.take(name, length):  # noqa: ASYNC110 - Redis has no event to wait for
            await asyncio.sleep(pause)
        inside = asyncio.timeout(None)
        try:
            async with inside:
                keeper = asyncio.create_task(self._keep(name, length, inside))
                try:
                    yield
                finally:
                    keeper.cancel()
                    await asyncio.gather(keeper, return_exceptions=True)
        except TimeoutError as ended:
            if inside.expired():
                raise LeaseLost(name) from ended
            raise
        finally:
            if not inside.expired():
                await self._let_go(name)

    async def _keep(self, name: str, length: timedelta, inside: asyncio.Timeout) -> None:
        """A server that does not answer is asked again until the lease has ended there, and not a moment longer."""
        loop = asyncio.get_running_loop()
        ends = loop.time() + length.total_seconds()
        kept = True
        while kept:
            await asyncio.sleep(length.total_seconds() / 3)
            asked = loop.time()
            try:
                async with asyncio.timeout_at(ends):
                    kept = await self.take(name, length)
            except Unreachable:
                kept = loop.time() < ends
            except TimeoutError:
                kept = False
            else:
                ends = asked + length.total_seconds()
        inside.reschedule(loop.time())

    async def _let_go(self, name: str) -> None:
        try:
            await self.give_back(name)
        except Unreachable:
            return
