"""Leases in Redis: what must run in one process at a time runs in the one that holds the lease."""

import asyncio
import os
import secrets
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import cache

from bot.domain.commits import StoreUnavailable
from bot.store.client import RedisClient
from bot.store.fencing import LeaseFence, LeaseLostError
from bot.store.keys import Keys
from bot.store.repository import RedisStore

LEASE_LENGTH = timedelta(seconds=10)
"""How long a holder that died blocks the others."""


@cache
def build_process_name() -> str:
    """Return a unique name of this process: two containers may share hostname and pid."""
    return f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}"


class LeaseManager(RedisStore):
    """Acquires, renews and releases leases in the name of one holder."""

    def __init__(self, client: RedisClient, keys: Keys, holder: str) -> None:
        super().__init__(client, keys)
        self._holder = holder

    async def acquire(self, name: str, length: timedelta = LEASE_LENGTH) -> LeaseFence | None:
        """Acquire or renew a lease and return its fence; None if another process holds it."""
        ends = asyncio.get_running_loop().time() + length.total_seconds()
        token = await self._run_lease_script(name, max(1, int(length.total_seconds() * 1000)))
        return LeaseFence(self._keys.fence_key(name), token, ends) if token else None

    async def release(self, name: str) -> None:
        await self._run_lease_script(name, 0)

    async def _run_lease_script(self, name: str, milliseconds: int) -> str:
        keys = [self._keys.lease_key(name), self._keys.fence_key(name)]
        return str(await self._client.run_script("lease", keys, [self._holder, milliseconds]))

    @asynccontextmanager
    async def hold_lease(self, name: str, length: timedelta = LEASE_LENGTH) -> AsyncIterator[None]:
        """Wait for the lease and renew it while the body runs; cancel the body with `LeaseLostError` if it is lost.

        Waits in real time, like the lease itself, which must end even if its holder is gone.
        """
        pause = length.total_seconds() / 3
        while not await self.acquire(name, length):  # noqa: ASYNC110 - Redis has no event to wait for
            await asyncio.sleep(pause)
        inside = asyncio.timeout(None)
        try:
            async with inside:
                keeper = asyncio.create_task(self._renew_lease(name, length, inside))
                try:
                    yield
                finally:
                    keeper.cancel()
                    await asyncio.gather(keeper, return_exceptions=True)
        except TimeoutError as ended:
            if inside.expired():
                raise LeaseLostError(name) from ended
            raise
        finally:
            if not inside.expired():
                await self._release_quietly(name)

    async def _renew_lease(self, name: str, length: timedelta, inside: asyncio.Timeout) -> None:
        """Renew every third of its length; if the server does not answer, retry until the lease has ended."""
        loop = asyncio.get_running_loop()
        ends = loop.time() + length.total_seconds()
        kept = True
        while kept:
            await asyncio.sleep(length.total_seconds() / 3)
            asked = loop.time()
            try:
                async with asyncio.timeout_at(ends):
                    kept = await self.acquire(name, length) is not None
            except StoreUnavailable:
                kept = loop.time() < ends
            except TimeoutError:
                kept = False
            else:
                ends = asked + length.total_seconds()
        inside.reschedule(loop.time())

    async def _release_quietly(self, name: str) -> None:
        try:
            await self.release(name)
        except StoreUnavailable:
            return
