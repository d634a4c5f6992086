"""What is usual of each subject, as it was learnt."""

from collections.abc import Sequence
from datetime import datetime

from bot.domain.spikes.baseline import SubjectBaseline
from bot.store import keys as bounds
from bot.store.client import Client, whole
from bot.store.keys import Keys
from bot.store.reading import Records
from bot.store.transaction import Committed, Transaction, commit
from bot.store.writing import ms


class Baselines:
    def __init__(self, client: Client, keys: Keys) -> None:
        self._client = client
        self._keys = keys
        self._records = Records(client, keys, "usual", SubjectBaseline.model_validate_json)

    async def load(self, subjects: Sequence[str]) -> dict[str, SubjectBaseline]:
        """Those of which nothing is known yet are new ones; one that cannot be read is learnt anew in its place."""
        if not subjects:
            return {}
        replies = await self._client.versions(map(self._keys.usual, subjects))
        found = {}
        for subject, (version, body) in zip(subjects, replies, strict=True):
            known = await self._records.read_or_clear(self._keys.usual(subject), body)
            found[subject] = known or SubjectBaseline(subject=subject, version=version)
        return found

    async def save(self, learnt: Sequence[SubjectBaseline]) -> bool:
        """Each with the version that was read; says whether nobody else has learnt meanwhile."""
        transactions = []
        for baseline in learnt:
            key = self._keys.usual(baseline.subject)
            transaction = Transaction(self._keys.inbox)
            transaction.guard(key, baseline.version or "", "v")
            body = baseline.model_copy(update={"version": baseline.version + 1}).model_dump_json()
            transaction.write("HSET", key, "v", baseline.version + 1, "body", body)
            transaction.write("EXPIRE", key, int(bounds.USUAL_KEPT.total_seconds()))
            transactions.append(transaction)
        return all(reply is Committed.WRITTEN for reply in await commit(self._client, *transactions))

    async def looked(self, at: datetime) -> None:
        await self._client.call("SET", self._keys.watched, ms(at))

    async def last_look(self) -> int:
        """When the watch for spikes last looked, ms; 0: it never did."""
        return whole(await self._client.call("GET", self._keys.watched)) or 0
