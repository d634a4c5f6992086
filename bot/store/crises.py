"""Declared crises: load, list the open ones, commit."""

from collections.abc import Sequence
from datetime import datetime

from bot.domain.commits import Decision
from bot.domain.crisis import Crisis
from bot.domain.errors import NotAllowed
from bot.domain.outbox import Notification
from bot.store.client import RedisClient
from bot.store.decision_writer import to_ms, write_effects
from bot.store.keys import CRISIS_KEPT, Keys
from bot.store.message_records import CardRecord
from bot.store.record_reader import RecordReader, UnreadableRecordError
from bot.store.repository import Repository
from bot.store.transaction import CommitResult, Transaction, commit


class CrisisStore(Repository[Crisis, Decision[Crisis]]):
    kind = "crisis"

    def __init__(self, client: RedisClient, keys: Keys) -> None:
        super().__init__(client, keys)
        self._records = RecordReader(client, keys, "crisis", Crisis.model_validate_json)

    async def get(self, name: str) -> Crisis:
        """Return the crisis. Raises `NotAllowed` if it is gone, and `UnreadableRecordError`."""
        if (found := await self.find(name)) is None:
            raise NotAllowed("This crisis is too old. Earshot no longer keeps it.")
        return found

    async def find(self, crisis: str) -> Crisis | None:
        """Return the crisis or None. Raises `UnreadableRecordError`."""
        found = await self._load_crises([crisis])
        if not found and self._records.is_unreadable(self._keys.crisis_key(crisis)):
            raise UnreadableRecordError("crisis")
        return next(iter(found), None)

    async def find_readable(self, crisis: str) -> Crisis | None:
        """Return the crisis, or None if it is gone or cannot be read."""
        return next(iter(await self._load_crises([crisis])), None)

    async def _load_crises(self, names: Sequence[str]) -> list[Crisis]:
        bodies = await self._client.read_bodies(map(self._keys.crisis_key, names))
        found = await self._records.read_all(self._keys.crisis_key, dict(zip(names, bodies, strict=True)))
        return list(found.values())

    async def list_open_crises(self) -> list[Crisis]:
        """Return the open crises that can be read, oldest first."""
        return await self._load_crises(await self._client.execute("ZRANGE", self._keys.crises, 0, -1))

    async def commit(self, decision: Decision[Crisis], at: datetime) -> CommitResult:
        crisis, before, key = decision.after, decision.before, self._keys.crisis_key(decision.after.id)
        transaction = Transaction(self._keys.inbox)
        transaction.guard(key, before.version if before else "", "v")
        transaction.write("HSET", key, "v", crisis.version, "body", crisis.model_dump_json())
        if crisis.is_open:
            transaction.write("ZADD", self._keys.crises, to_ms(crisis.declared_at), crisis.id)
        else:
            transaction.write("ZREM", self._keys.crises, crisis.id)
            transaction.write("EXPIRE", key, int(CRISIS_KEPT.total_seconds()))
            transaction.write("ZADD", self._keys.pages, "XX", at.timestamp(), crisis.page)
        write_effects(transaction, self._keys, decision, at, "crisis", crisis.id)
        return (await commit(self._client, transaction))[0]

    async def record_crisis_card(
        self, crisis: Crisis, card: str, record: CardRecord, notification: Notification
    ) -> None:
        """Save where the card is. The notification stays pending if there is a newer version to show."""
        saved = Transaction(self._keys.inbox)
        saved.write("HSET", self._keys.card_key(card), "body", record.model_dump_json())
        saved.write("EXPIRE", self._keys.card_key(card), int(CRISIS_KEPT.total_seconds()))
        done = Transaction(self._keys.inbox)
        done.guard(self._keys.crisis_key(crisis.id), crisis.version, "v")
        done.write("ZREM", self._keys.outbox_key(notification.to), notification.key)
        await commit(self._client, saved, done)
