"""What is kept of each campaign that is, or was, watched for a backfire."""

from collections.abc import Iterable
from datetime import datetime

from bot.domain.campaigns.backfire_record import BackfireDecision, BackfireRecord
from bot.domain.campaigns.campaign import fold_name
from bot.domain.errors import NotAllowed
from bot.store.client import RedisClient
from bot.store.decision_writer import write_effects
from bot.store.keys import EPISODE_KEPT, Keys
from bot.store.record_reader import RecordReader, UnreadableRecordError
from bot.store.repository import Repository
from bot.store.transaction import CommitResult, Transaction, commit


class BackfireStore(Repository[BackfireRecord, BackfireDecision]):
    kind = "campaign"

    def __init__(self, client: RedisClient, keys: Keys) -> None:
        super().__init__(client, keys)
        self._records = RecordReader(client, keys, "backfire", BackfireRecord.model_validate_json)

    async def get(self, name: str) -> BackfireRecord:
        """Return the record. Raises `NotAllowed` if there is none, and `UnreadableRecordError`."""
        found = (await self.load([name])).get(fold_name(name))
        if found is None and self.is_unreadable(name):
            raise UnreadableRecordError("campaign")
        if found is None:
            raise NotAllowed("Earshot doesn't know this campaign any more.")
        return found

    async def load(self, names: Iterable[str]) -> dict[str, BackfireRecord]:
        """Return the records that exist and can be read, by folded name."""
        folded = list(map(fold_name, names))
        bodies = await self._client.read_bodies(map(self._keys.backfire_key, folded))
        return await self._records.read_all(self._keys.backfire_key, dict(zip(folded, bodies, strict=True)))

    def is_unreadable(self, name: str) -> bool:
        """Return whether it could not be read at the last read."""
        return self._records.is_unreadable(self._keys.backfire_key(fold_name(name)))

    async def commit(self, decision: BackfireDecision, at: datetime) -> CommitResult:
        record, before = decision.after, decision.before
        name = fold_name(record.name)
        key, transaction = self._keys.backfire_key(name), Transaction(self._keys.inbox)
        transaction.guard(key, before.version if before else "", "v")
        transaction.write("HSET", key, "v", record.version, "body", record.model_dump_json())
        transaction.write("EXPIRE", key, int(EPISODE_KEPT.total_seconds()))
        write_effects(transaction, self._keys, decision, at, "campaign", name)
        return (await commit(self._client, transaction))[0]
