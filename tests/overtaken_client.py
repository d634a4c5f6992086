"""A process that is so slow that another one does its whole work before it asks for the lease."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from bot.store.client import RedisClient, Words
from bot.store.store import Store


class OvertakenClient(RedisClient):
    """Runs `overtake` once, just before the first lease is asked for."""

    def __init__(self, url: str, overtake: Callable[[], Awaitable[object]]) -> None:
        super().__init__(url)
        self._overtake: Callable[[], Awaitable[object]] | None = overtake

    async def run_script(self, name: str, keys: Sequence[str], args: Words) -> Any:
        if name == "lease" and self._overtake is not None:
            overtake, self._overtake = self._overtake, None
            await overtake()
        return await super().run_script(name, keys, args)


@asynccontextmanager
async def open_slow_store(url: str, brand: str, overtake: Callable[[], Awaitable[object]]) -> AsyncIterator[Store]:
    client = OvertakenClient(url, overtake)
    try:
        yield Store(client, brand, "a slow process")
    finally:
        await client.close()
