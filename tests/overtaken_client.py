"""A process that is so slow that another one does its whole work before it asks for a lease, or commits."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from bot.store.client import RedisClient, Words
from bot.store.store import Store


class OvertakenClient(RedisClient):
    """Runs `overtake` once, just before the first run of a script: of `lease` or `commit`."""

    def __init__(self, url: str, overtake: Callable[[], Awaitable[object]], script: str = "lease") -> None:
        super().__init__(url)
        self._script = script
        self._overtake: Callable[[], Awaitable[object]] | None = overtake

    async def run_scripts(self, name: str, calls: Sequence[tuple[Sequence[str], Words]]) -> list[Any]:
        if name == self._script and self._overtake is not None:
            overtake, self._overtake = self._overtake, None
            await overtake()
        return await super().run_scripts(name, calls)


@asynccontextmanager
async def open_slow_store(
    url: str, brand: str, overtake: Callable[[], Awaitable[object]], script: str = "lease"
) -> AsyncIterator[Store]:
    client = OvertakenClient(url, overtake, script)
    try:
        yield Store(client, brand, "a slow process")
    finally:
        await client.close()
