"""The installation of a brand's app, the states of installations that have begun, and the removal of all keys."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime

from bot.domain.installation import InstallationState, SlackInstallation
from bot.store.client import RedisClient, parse_hash, parse_int
from bot.store.decision_writer import to_ms
from bot.store.keys import INSTALL_STATE_KEPT, Keys
from bot.store.repository import RedisStore
from bot.store.shards import MentionShard

BATCH = 500
"""Keys in one UNLINK."""


class InstallationStore(RedisStore):
    def __init__(self, client: RedisClient, keys: Keys, shards: Sequence[MentionShard] = ()) -> None:
        super().__init__(client, keys)
        self._shards = shards

    async def load(self) -> InstallationState:
        flat, uninstalled = await self._client.execute_batch(
            [("HGETALL", self._keys.installation), ("GET", self._keys.uninstalled)]
        )
        ended = parse_int(uninstalled)
        return InstallationState(_parse(parse_hash(flat)), datetime.fromtimestamp(ended / 1000, UTC) if ended else None)

    async def save(self, one: SlackInstallation) -> None:
        """Keep an installation in place of the one before. Its token is in the clear."""
        fields = ("team", one.team, "name", one.name, "by", one.by, "at", to_ms(one.at), "token", one.token)
        await self._client.execute("HSET", self._keys.installation, *fields)

    async def drop_token(self) -> None:
        """Keep the installation without its token, which Slack no longer accepts."""
        await self._client.execute("HSET", self._keys.installation, "token", "")

    async def mark_uninstalled(self, at: datetime) -> None:
        """Record that everything of the brand has to be removed. All processes see it, also those that start later."""
        await self._client.execute("SET", self._keys.uninstalled, to_ms(at), "NX")

    async def remove_keys(self) -> int:
        """Delete every key of the brand and of its shards, and return how many.

        The mark stays: an interrupted removal goes on.
        """
        gone = sum([await self._remove_keys(shard.client, shard.keys) for shard in self._shards])
        return gone + await self._remove_keys(self._client, self._keys)

    async def _remove_keys(self, client: RedisClient, keys: Keys) -> int:
        gone, batch = 0, list[str]()
        async for key in client.scan_keys(keys.root):
            if key != keys.uninstalled:
                batch.append(key)
            if len(batch) == BATCH:
                gone += int(await client.execute("UNLINK", *batch))
                batch = []
        return gone + (int(await client.execute("UNLINK", *batch)) if batch else 0)

    async def drop_uninstalled_mark(self) -> None:
        """End a removal."""
        await self._client.execute("DEL", self._keys.uninstalled)

    async def save_state(self, state: str) -> None:
        """Keep the state of an installation that begins, for `INSTALL_STATE_KEPT`."""
        await self._client.execute(
            "SET", self._build_state_key(state), 1, "PX", int(INSTALL_STATE_KEPT.total_seconds() * 1000)
        )

    async def consume_state(self, state: str) -> bool:
        """Return whether the state is known; it is not again."""
        return await self._client.execute("GETDEL", self._build_state_key(state)) is not None

    def _build_state_key(self, state: str) -> str:
        """A stranger sends the state: its length and its characters are theirs to choose."""
        digest = hashlib.blake2b(state.encode("utf-8", "replace"), digest_size=16)
        return self._keys.install_state_key(digest.hexdigest())


def _parse(fields: dict[str, str]) -> SlackInstallation | None:
    at = parse_int(fields.get("at"))
    if at is None or not fields.get("team"):
        return None
    team, name, by, token = (fields.get(key, "") for key in ("team", "name", "by", "token"))
    return SlackInstallation(team, name, by, datetime.fromtimestamp(at / 1000, UTC), token)
