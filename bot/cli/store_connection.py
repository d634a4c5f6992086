"""The store that the settings name, opened for a command; what a person can mend is refused in words."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.cli.exits import fail_with
from bot.config import Playbook
from bot.config.playbook import slugify_name
from bot.config.settings import Settings
from bot.store.brand_identity import BrandIdentity, StoreMismatchError, claim_keys, find_brand_id
from bot.store.client import RedisClient
from bot.store.leases import build_process_name
from bot.store.store import Store, connect_store

UNREADABLE = "cannot be read as an address; in a password, write / as %2F, @ as %40 and : as %3A"


@asynccontextmanager
async def open_brand_store(settings: Settings, playbook: Playbook) -> AsyncIterator[Store]:
    """On the keys of this brand, also where they are from before its name was told from its namesakes."""
    url = settings.redis_url.get_secret_value() if settings.redis_url else ""
    if url:
        await _check_redis_url(url)
    async with connect_store(url, settings.data, playbook.slug, build_process_name()) as store:
        kept = await find_brand_id(store.client, build_identity(playbook))
        yield store if kept == playbook.slug else Store(store.client, kept, build_process_name())


def build_identity(playbook: Playbook) -> BrandIdentity:
    brand, plain = playbook.brand, slugify_name(playbook.brand.name)
    former = plain if brand.id is None and plain != playbook.slug else ""
    return BrandIdentity(playbook.slug, brand.name, former, is_explicit=brand.id is not None)


async def claim_brand(store: Store, playbook: Playbook) -> None:
    """Refuses in a sentence to work on the keys of another brand, or of a newer release."""
    try:
        await claim_keys(store.client, build_identity(playbook)._replace(id=store.brand))
    except StoreMismatchError as no:
        raise fail_with([no]) from None


async def _check_redis_url(url: str) -> None:
    try:
        await RedisClient(url).close()  # connects to nothing
    except ValueError:  # whose words may hold a part of the password
        raise fail_with([f"REDIS_URL: {UNREADABLE}"]) from None
