"""The state of the health monitor, committed with the pages that it opens."""

from datetime import datetime

from bot.domain.commits import Decision
from bot.domain.health.issues import HealthState
from bot.store.client import RedisClient
from bot.store.decision_writer import write_effects
from bot.store.keys import Keys
from bot.store.record_reader import RecordReader
from bot.store.repository import RedisStore
from bot.store.transaction import CommitResult, Transaction, commit


class HealthStateStore(RedisStore):
    def __init__(self, client: RedisClient, keys: Keys) -> None:
        super().__init__(client, keys)
        self._records = RecordReader(client, keys, "vigil", HealthState.model_validate_json)

    async def load(self) -> HealthState:
        """Return the state; a new one if there is none or it cannot be read, so that monitoring goes on."""
        [(version, body)] = await self._client.read_versions([self._keys.health_state])
        return await self._records.read_or_clear(self._keys.health_state, body) or HealthState(version=version)

    async def commit(self, decision: Decision[HealthState], at: datetime) -> CommitResult:
        key, state = self._keys.health_state, decision.after
        transaction = Transaction(self._keys.inbox)
        transaction.guard(key, state.version - 1 or "", "v")
        transaction.write("HSET", key, "v", state.version, "body", state.model_dump_json())
        write_effects(transaction, self._keys, decision, at)
        return (await commit(self._client, transaction))[0]
