"""Find the token of an app that was installed by a link, for the check of its workspace."""

from bot.cli.store_connection import build_identity
from bot.config import Playbook
from bot.config.settings import Settings
from bot.domain.commits import StoreUnavailable
from bot.store.brand_identity import find_brand_id
from bot.store.embedded_server import EmbeddedServerError
from bot.store.installations import InstallationStore
from bot.store.keys import Keys
from bot.store.store import connect_store


async def load_stored_token(settings: Settings, playbook: Playbook) -> str:
    """Return the token in Redis; empty if there is none, or the store is away, which its own check reports."""
    url = settings.redis_url.get_secret_value() if settings.redis_url else ""
    if not url and not settings.data.exists():
        return ""
    try:
        async with connect_store(url, settings.data, playbook.slug, "check") as store:
            kept = await find_brand_id(store.client, build_identity(playbook))
            return (await InstallationStore(store.client, Keys(kept)).load()).token
    except (ValueError, StoreUnavailable, EmbeddedServerError):
        return ""
