"""What managers changed about themes: one record, changed with optimistic concurrency."""

from datetime import datetime

from bot.domain.commits import Decision
from bot.domain.themes import ThemeRegister
from bot.store.client import RedisClient
from bot.store.decision_writer import write_effects
from bot.store.keys import Keys
from bot.store.record_reader import RecordReader, UnreadableRecordError
from bot.store.repository import Repository
from bot.store.transaction import CommitResult, Transaction, commit


class ThemeStore(Repository[ThemeRegister, Decision[ThemeRegister]]):
    kind = "list of themes"

    def __init__(self, client: RedisClient, keys: Keys) -> None:
        super().__init__(client, keys)
        self._records = RecordReader(client, keys, "themes", ThemeRegister.model_validate_json)

    async def load(self) -> ThemeRegister:
        """Return the register: an empty one if there is none, or if it cannot be read."""
        [body] = await self._client.read_bodies([self._keys.theme_register])
        return await self._records.read(self._keys.theme_register, body) or ThemeRegister()

    async def get(self, name: str = "") -> ThemeRegister:  # noqa: ARG002 - there is one
        """Return the register. Raises `UnreadableRecordError`."""
        found = await self.load()
        if self._records.is_unreadable(self._keys.theme_register):
            raise UnreadableRecordError(self.kind)
        return found

    async def commit(self, decision: Decision[ThemeRegister], at: datetime) -> CommitResult:
        after, key = decision.after, self._keys.theme_register
        transaction = Transaction(self._keys.inbox)
        transaction.guard(key, after.version - 1 or "", "v")
        transaction.write("HSET", key, "v", after.version, "body", after.model_dump_json(exclude_defaults=True))
        write_effects(transaction, self._keys, decision, at)
        return (await commit(self._client, transaction))[0]
