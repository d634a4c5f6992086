"""Records made unreadable, as a newer release or a bad disk leaves them."""

import json
from typing import Any

from bot.store.store import Store


async def make_unreadable(store: Store, key: str, field: str = "body", **changes: Any) -> str:
    """Fields of a record that is there get values that this release does not know; gives the whole body."""
    body = json.loads(await store.client.execute("HGET", key, field))
    spoilt = json.dumps({**body, **changes})
    await store.client.execute("HSET", key, field, spoilt)
    return spoilt


async def restore_record(store: Store, key: str, field: str = "body", **changes: Any) -> None:
    """As the update that can read it would see it."""
    await make_unreadable(store, key, field, **changes)
