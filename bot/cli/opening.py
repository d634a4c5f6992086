"""The store that the settings name, opened for a command; what a person can mend is refused in words."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.cli.saying import refuse
from bot.settings import Settings
from bot.store.client import Client
from bot.store.leases import process_name
from bot.store.opening import Store, open_store

UNREADABLE = "cannot be read as an address; in a password, write / as %2F, @ as %40 and : as %3A"


@asynccontextmanager
async def opened(settings: Settings, brand: str) -> AsyncIterator[Store]:
    url = settings.redis_url.get_secret_value() if settings.redis_url else ""
    if url:
        await _readable(url)
    async with open_store(url, settings.data, brand, process_name()) as store:
        yield store


async def _readable(url: str) -> None:
    try:
        await Client(url).close()  # connects to nothing
    except ValueError:  # whose words may hold a part of the password
        raise refuse([f"REDIS_URL: {UNREADABLE}"]) from None
