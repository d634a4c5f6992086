"""Mutes and how many mentions each has hidden, which triage counts in the commit of each mention."""

from datetime import datetime

from bot.domain.audit import AuditAction, AuditEvent
from bot.domain.errors import NotAllowed
from bot.domain.mutes import MAX_MUTES, CountedMute, Mute, MuteSet
from bot.store.client import RedisClient, parse_counts
from bot.store.decision_writer import add_audit_event
from bot.store.keys import Keys
from bot.store.record_reader import RecordReader
from bot.store.repository import RedisStore
from bot.store.transaction import Transaction, commit


class MuteStore(RedisStore):
    def __init__(self, client: RedisClient, keys: Keys) -> None:
        super().__init__(client, keys)
        self._records = RecordReader(client, keys, "mute", Mute.model_validate_json)

    async def load_set(self, at: datetime) -> MuteSet:
        """Return what triage has to know. A mute that cannot be read hides nothing."""
        return MuteSet.from_mutes((await self._records.read_fields(self._keys.mutes)).values(), at)

    async def list_mutes(self) -> list[CountedMute]:
        """Return all mutes, oldest first, also those that have ended by themselves."""
        mutes = await self._records.read_fields(self._keys.mutes)
        counts = parse_counts(await self._client.execute("HGETALL", self._keys.mute_counts))
        found = [CountedMute(mute, counts.get(name, 0)) for name, mute in mutes.items()]
        return sorted(found, key=lambda one: one.mute.since)

    async def save_mute(self, mute: Mute, at: datetime) -> Mute | None:
        """Set a mute, and return the one that it replaces. One that ended by itself is counted from 0 again."""
        known = {one.mute.id: one.mute for one in await self.list_mutes()}
        before = known.get(mute.id)
        if before is None and sum(one.is_running(at) for one in known.values()) >= MAX_MUTES:
            raise NotAllowed(f"Earshot keeps {MAX_MUTES} mutes at most. Unmute some first: `/earshot mutes`.")
        transaction = Transaction(self._keys.inbox)
        if before is None or not before.is_running(at):
            transaction.write("HDEL", self._keys.mute_counts, mute.id)
        for ended in (name for name, one in known.items() if name != mute.id and not one.is_running(at)):
            transaction.write("HDEL", self._keys.mutes, ended)
            transaction.write("HDEL", self._keys.mute_counts, ended)
        transaction.write("HSET", self._keys.mutes, mute.id, mute.model_dump_json(exclude_defaults=True))
        add_audit_event(
            transaction, self._keys, AuditEvent(at, mute.by, AuditAction.MUTED, mute.kind), "mute", mute.kind
        )
        await commit(self._client, transaction)
        return before

    async def remove_mute(self, name: str, by: str, at: datetime) -> CountedMute | None:
        """Remove a mute with its count. Return it, or None if there was none."""
        found = next((one for one in await self.list_mutes() if one.mute.id == name), None)
        if found is None:
            return None
        transaction = Transaction(self._keys.inbox)
        transaction.write("HDEL", self._keys.mutes, name)
        transaction.write("HDEL", self._keys.mute_counts, name)
        kind = found.mute.kind
        add_audit_event(transaction, self._keys, AuditEvent(at, by, AuditAction.UNMUTED, kind), "mute", kind)
        await commit(self._client, transaction)
        return found

    async def forget(self, names: frozenset[str]) -> int:
        """Erase mutes and counts by id, for a person who must be forgotten. Return how many there were."""
        keys = (self._keys.mutes, self._keys.mute_counts)
        return sum([int(await self._client.execute("HDEL", key, *sorted(names))) for key in keys if names])

    async def list_ids(self) -> list[str]:
        """Return the ids of all mutes and counts, also of those that cannot be read."""
        keys = (self._keys.mutes, self._keys.mute_counts)
        return [name for key in keys for name in await self._client.execute("HKEYS", key)]
