"""The store that the settings name, opened for a command; what a person can mend is refused in words."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.cli.saying import refuse
from bot.playbook import Playbook
from bot.playbook.book import slug
from bot.settings import Settings
from bot.store.client import Client
from bot.store.leases import process_name
from bot.store.meta import Identity, NotOurs, claim_keys, find_keys
from bot.store.opening import Store, open_store, store_on

UNREADABLE = "cannot be read as an address; in a password, write / as %2F, @ as %40 and : as %3A"


@asynccontextmanager
async def opened(settings: Settings, playbook: Playbook) -> AsyncIterator[Store]:
    """On the keys of this brand, also where they are from before its name was told from its namesakes."""
    url = settings.redis_url.get_secret_value() if settings.redis_url else ""
    if url:
        await _readable(url)
    async with open_store(url, settings.data, playbook.slug, process_name()) as store:
        kept = await find_keys(store.client, identity(playbook))
        yield store if kept == playbook.slug else store_on(store.client, kept, process_name())


def identity(playbook: Playbook) -> Identity:
    brand, plain = playbook.brand, slug(playbook.brand.name)
    former = plain if brand.id is None and plain != playbook.slug else ""
    return Identity(playbook.slug, brand.name, former, chosen=brand.id is not None)


async def claim(store: Store, playbook: Playbook) -> None:
    """Refuses in a sentence to work on the keys of another brand, or of a newer release."""
    try:
        await claim_keys(store.client, identity(playbook)._replace(id=store.brand))
    except NotOurs as no:
        raise refuse([no]) from None


async def _readable(url: str) -> None:
    try:
        await Client(url).close()  # connects to nothing
    except ValueError:  # whose words may hold a part of the password
        raise refuse([f"REDIS_URL: {UNREADABLE}"]) from None
