"""Secrets that sign our own links: generated once, shared by all processes, lost with the rest of the store."""

import re
import secrets

from bot.domain.commits import StoreUnavailable
from bot.store.client import RedisClient
from bot.store.keys import Keys
from bot.store.repository import RedisStore

ACKNOWLEDGE = "acknowledge"
"""The purpose of the secret for acknowledge links, and the first part of their path."""
LENGTH = 32
"""Bytes."""


class SigningSecretStore(RedisStore):
    def __init__(self, client: RedisClient, keys: Keys) -> None:
        super().__init__(client, keys)
        self._known: dict[str, bytes] = {}

    async def load_secret(self, purpose: str) -> bytes:
        """Return the secret; generate it at the first call. Raises `StoreUnavailable`, also if it is too weak."""
        if purpose not in self._known:
            key = self._keys.secret_key(purpose)
            _, found = await self._client.execute_batch([("SET", key, secrets.token_hex(LENGTH), "NX"), ("GET", key)])
            if not re.fullmatch(rf"[0-9a-f]{{{2 * LENGTH},}}", found):
                advice = "Delete it. Earshot makes a new one, and old links stop working."
                raise StoreUnavailable(f"{key} in Redis is not a secret of Earshot. {advice}")
            self._known[purpose] = bytes.fromhex(found)
        return self._known[purpose]
