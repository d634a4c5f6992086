"""Opening the store that the settings name, for a command; errors that a person can fix become sentences."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import TypeVar

from bot import logging_setup
from bot.cli.exits import exit_on_error, fail_with, require_config
from bot.config import Playbook
from bot.config.playbook import slugify_name
from bot.config.settings import Settings
from bot.store.brand_identity import BrandIdentity, StoreMismatchError, check_ownership, find_brand_id
from bot.store.client import RedisClient
from bot.store.leases import build_process_name
from bot.store.shards import MentionShard
from bot.store.store import Store, connect_stores
from bot.store.topology import TopologyError

T = TypeVar("T")
UNREADABLE = "is not a valid address. In a password, write / as %2F, @ as %40 and : as %3A"


@asynccontextmanager
async def open_brand_stores(settings: Settings, playbooks: Sequence[Playbook]) -> AsyncIterator[list[Store]]:
    """Open a store on the keys of each brand, or on those of a release before brands had ids."""
    url = settings.redis_url.get_secret_value() if settings.redis_url else ""
    brands = [playbook.slug for playbook in playbooks]
    if url:
        try:
            await RedisClient(url, brands[0]).close()  # only parses the URL
        except TopologyError as no:
            raise fail_with([f"REDIS_URL: {no}"]) from None
        except ValueError:  # whose message may contain a part of the password
            raise fail_with([f"REDIS_URL: {UNREADABLE}"]) from None
    opened = connect_stores(url, settings.data, brands, build_process_name(), settings.copies, settings.shards)
    async with opened as stores:
        yield [await find_brand_store(store, playbook) for store, playbook in zip(stores, playbooks, strict=True)]


@asynccontextmanager
async def open_brand_store(settings: Settings, playbook: Playbook) -> AsyncIterator[Store]:
    async with open_brand_stores(settings, [playbook]) as [store]:
        yield store


async def find_brand_store(store: Store, playbook: Playbook) -> Store:
    """Return the store on the brand's keys, which those of a release before brands had ids may be."""
    kept = await find_brand_id(store.client, build_identity(playbook))
    if kept == playbook.slug:
        return store
    shards = [MentionShard(one.number, one.client, kept, store.client) for one in store.shards]
    return Store(store.client, kept, build_process_name(), shards)


def build_identity(playbook: Playbook) -> BrandIdentity:
    brand, plain = playbook.brand, slugify_name(playbook.brand.name)
    former = plain if brand.id is None and plain != playbook.slug else ""
    return BrandIdentity(playbook.slug, brand.name, former, is_explicit=brand.id is not None)


async def check_brand(store: Store, playbook: Playbook) -> None:
    """Fail if the keys belong to another brand or a newer release."""
    try:
        await check_ownership(store.client, build_identity(playbook)._replace(id=store.brand), store.shard_count)
    except StoreMismatchError as no:
        raise fail_with([no]) from None


def run_with_store(work: Callable[[Store], Awaitable[T]]) -> T:
    """Load the configuration, open the store and run `work` on it."""
    return run_with_brand(lambda store, _: work(store))


def run_with_brand(work: Callable[[Store, BrandIdentity], Awaitable[T]]) -> T:
    """Do as `run_with_store`, and say whose the store is by the playbook."""

    async def run_inside() -> T:
        async with open_brand_store(settings, playbook.current) as store:
            return await work(store, build_identity(playbook.current)._replace(id=store.brand))

    with exit_on_error():
        settings, playbook = require_config()
        logging_setup.configure_logging("error", settings.log_format)
        return asyncio.run(run_inside())
