"""The learned baseline of each subject: how much is usually said, for spike detection."""

from collections.abc import Sequence
from datetime import datetime

from bot.domain.spikes.baseline import SubjectBaseline
from bot.store.client import RedisClient, parse_int
from bot.store.decision_writer import to_ms
from bot.store.keys import USUAL_KEPT, Keys
from bot.store.record_reader import RecordReader
from bot.store.repository import RedisStore
from bot.store.transaction import CommitResult, Transaction, commit


class BaselineStore(RedisStore):
    def __init__(self, client: RedisClient, keys: Keys) -> None:
        super().__init__(client, keys)
        self._records = RecordReader(client, keys, "usual", SubjectBaseline.model_validate_json)

    async def load(self, subjects: Sequence[str]) -> dict[str, SubjectBaseline]:
        """Return a baseline for each subject: a new one if there is none, or if the stored one cannot be read."""
        if not subjects:
            return {}
        replies = await self._client.read_versions(map(self._keys.baseline_key, subjects))
        found = {}
        for subject, (version, body) in zip(subjects, replies, strict=True):
            known = await self._records.read_or_clear(self._keys.baseline_key(subject), body)
            found[subject] = known or SubjectBaseline(subject=subject, version=version)
        return found

    async def save(self, learnt: Sequence[SubjectBaseline]) -> bool:
        """Write each with optimistic concurrency. Return False if any was changed since it was read."""
        transactions = []
        for baseline in learnt:
            key = self._keys.baseline_key(baseline.subject)
            transaction = Transaction(self._keys.inbox)
            transaction.guard(key, baseline.version or "", "v")
            body = baseline.copy_with(version=baseline.version + 1).model_dump_json()
            transaction.write("HSET", key, "v", baseline.version + 1, "body", body)
            transaction.write("EXPIRE", key, int(USUAL_KEPT.total_seconds()))
            transactions.append(transaction)
        return all(reply is CommitResult.WRITTEN for reply in await commit(self._client, *transactions))

    async def save_check_time(self, at: datetime) -> None:
        await self._client.execute("SET", self._keys.last_spike_check, to_ms(at))

    async def load_check_time(self) -> int:
        """Return when the spike detector last ran, in epoch milliseconds; 0 if it never did."""
        return parse_int(await self._client.execute("GET", self._keys.last_spike_check)) or 0
