"""What must run once, runs where the lease is."""

import asyncio
import os
import secrets
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import cache

from bot.domain.decision import StoreUnavailable
from bot.store.client import Client
from bot.store.fencing import Fence, LeaseLost
from bot.store.keys import Keys

LENGTH = timedelta(seconds=10)
"""A dead holder blocks the others for as long as this."""


@cache
def process_name() -> str:
    """Name this process in leases and consumer groups: two containers may have one hostname, and have one pid."""
    return f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}"


class Leases:
    """Leases in the name of one worker of one process."""

    def __init__(self, client: Client, keys: Keys, holder: str) -> None:
        self._client = client
        self._keys = keys
        self._holder = holder

    async def take(self, name: str, length: timedelta = LENGTH) -> Fence | None:
        """Ours now, or ours still; None where another has it."""
        ends = asyncio.get_running_loop().time() + length.total_seconds()
        token = await self._script(name, max(1, int(length.total_seconds() * 1000)))
        return Fence(self._keys.fence(name), token, ends) if token else None

    async def give_back(self, name: str) -> None:
        await self._script(name, 0)

    async def _script(self, name: str, milliseconds: int) -> str:
        keys = [self._keys.lease(name), self._keys.fence(name)]
        return str(await self._client.script("lease", keys, [self._holder, milliseconds]))

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
                    kept = await self.take(name, length) is not None
            except StoreUnavailable:
                kept = loop.time() < ends
            except TimeoutError:
                kept = False
            else:
                ends = asked + length.total_seconds()
        inside.reschedule(loop.time())

    async def _let_go(self, name: str) -> None:
        try:
            await self.give_back(name)
        except StoreUnavailable:
            return
