"""The register of roles that were given in Slack: one record, changed with optimistic concurrency."""

from datetime import datetime

from bot.domain.roles import RoleDecision, RoleRegister
from bot.store.client import RedisClient
from bot.store.decision_writer import write_effects
from bot.store.keys import Keys
from bot.store.record_reader import RecordReader, UnreadableRecordError
from bot.store.repository import Repository
from bot.store.transaction import CommitResult, Transaction, commit

REGISTER = ""
"""The name of the one record, for `change`."""


class RoleStore(Repository[RoleRegister, RoleDecision]):
    kind = "list of roles"

    def __init__(self, client: RedisClient, keys: Keys) -> None:
        super().__init__(client, keys)
        self._records = RecordReader(client, keys, "roles", RoleRegister.model_validate_json)

    async def load(self) -> RoleRegister:
        """Return the register: an empty one if there is none, or if it cannot be read."""
        [body] = await self._client.read_bodies([self._keys.roles])
        return await self._records.read(self._keys.roles, body) or RoleRegister()

    async def get(self, name: str = REGISTER) -> RoleRegister:  # noqa: ARG002 - there is one
        """Return the register. Raises `UnreadableRecordError`."""
        found = await self.load()
        if self._records.is_unreadable(self._keys.roles):
            raise UnreadableRecordError(self.kind)
        return found

    async def commit(self, decision: RoleDecision, at: datetime) -> CommitResult:
        after, key = decision.after, self._keys.roles
        transaction = Transaction(self._keys.inbox)
        transaction.guard(key, after.version - 1 or "", "v")
        transaction.write("HSET", key, "v", after.version, "body", after.model_dump_json(exclude_defaults=True))
        about = ("department", decision.grant.department) if decision.grant else ()
        write_effects(transaction, self._keys, decision, at, *about)
        return (await commit(self._client, transaction))[0]
