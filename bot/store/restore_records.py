"""What `meta` says about imports: that one is not finished, and which backup the data was restored from."""

from datetime import datetime, timedelta

from pydantic import ValidationError

from bot.domain.immutable import FrozenModel
from bot.store.brand_identity import IMPORTING, BrandIdentity
from bot.store.client import RedisClient, parse_int
from bot.store.keys import Keys
from bot.store.repository import RedisStore

FIELD = "restoration"
RECENT = timedelta(minutes=15)
"""Before a restoration: what waited, or was written, so shortly before it may still be news."""


class RestoreRecord(FrozenModel):
    """The last time at which a backup replaced the data. What happened in between was forgotten. Times are in UTC."""

    backup_at: datetime
    restored_at: datetime
    skip_lookup: bool = False
    """Somebody would rather have second cards than wait until Earshot may read its channels."""
    settled_at: datetime | None = None
    """When Earshot had found out what it had posted in between; nothing is posted before."""

    def is_earlier(self, created_at: datetime) -> bool:
        """Return whether a post is from before, so that people were called about it, as far as anybody can know."""
        return created_at < self.restored_at - RECENT


class RestoreRecordStore(RedisStore):
    def __init__(self, client: RedisClient, keys: Keys) -> None:
        super().__init__(client, keys)

    async def load(self) -> RestoreRecord | None:
        """Return the last restoration. One that cannot be read counts as none: a later release wrote it."""
        body = await self._client.execute("HGET", self._keys.meta, FIELD)
        try:
            return RestoreRecord.model_validate_json(body) if body else None
        except ValidationError:
            return None

    async def save(self, restoration: RestoreRecord) -> None:
        await self._client.execute("HSET", self._keys.meta, FIELD, restoration.model_dump_json())

    async def is_empty(self) -> bool:
        """Whether the brand has no keys but `meta`, or an import that was not finished."""
        if await self.is_import_unfinished():
            return True
        async for batch in self._client.scan_bytes(self._keys.root):
            if any(key != self._keys.meta.encode() for key in batch):
                return False
        return True

    async def is_import_unfinished(self) -> bool:
        return await self._client.execute("HGET", self._keys.meta, IMPORTING) is not None

    async def begin_import(self, at: datetime) -> None:
        """From now on the brand does not start, until the import is finished or dropped."""
        await self._client.execute("HSET", self._keys.meta, IMPORTING, at.isoformat())

    async def load_shard_count(self) -> int:
        """Return how many shards the stored data has, or had before an import that is not finished."""
        return parse_int(await self._client.execute("HGET", self._keys.meta, "shards")) or 1

    async def finish_import(
        self, brand: BrandIdentity, schema: int, restoration: RestoreRecord | None, shards: int = 1
    ) -> None:
        """Say whose the data is, in how many shards, and what it was restored from, then that it is finished."""
        fields = ["schema", str(schema), "brand", brand.id, "name", brand.name]
        fields += [FIELD, restoration.model_dump_json()] if restoration else []
        fields += ["shards", str(shards)] if shards > 1 else []
        gone = [*((FIELD,) if restoration is None else ()), *(("shards",) if shards == 1 else ())]
        commands = [("HDEL", self._keys.meta, name) for name in gone] + [("HSET", self._keys.meta, *fields)]
        await self._client.execute_batch([*commands, ("HDEL", self._keys.meta, IMPORTING)])

    async def drop_import(self) -> None:
        await self._client.execute("DEL", self._keys.meta)
