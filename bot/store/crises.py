"""Declared crises, and those of them that are open."""

from collections.abc import Sequence
from datetime import datetime

from bot.domain.crisis import Crisis
from bot.domain.decision import Decision
from bot.domain.notification import Notification
from bot.domain.refusals import NotAllowed
from bot.store import keys as bounds
from bot.store.client import Client
from bot.store.keys import Keys
from bot.store.reading import Records, Unreadable
from bot.store.records import CardRecord
from bot.store.repository import Repository
from bot.store.transaction import Committed, Transaction, commit
from bot.store.writing import ms, write_effects


class CrisisStore(Repository[Crisis, Decision[Crisis]]):
    kind = "crisis"

    def __init__(self, client: Client, keys: Keys) -> None:
        self._client = client
        self._keys = keys
        self._records = Records(client, keys, "crisis", Crisis.model_validate_json)

    async def get(self, name: str) -> Crisis:
        """Raises `NotAllowed` where it is gone, `Unreadable`."""
        if (found := await self.find(name)) is None:
            raise NotAllowed("This crisis is no longer kept.")
        return found

    async def find(self, crisis: str) -> Crisis | None:
        """Raises `Unreadable`."""
        found = await self._find([crisis])
        if not found and self._records.unreadable(self._keys.crisis(crisis)):
            raise Unreadable("crisis")
        return next(iter(found), None)

    async def peek(self, crisis: str) -> Crisis | None:
        """None also where it cannot be read."""
        return next(iter(await self._find([crisis])), None)

    async def _find(self, names: Sequence[str]) -> list[Crisis]:
        bodies = await self._client.bodies(map(self._keys.crisis, names))
        found = await self._records.read_all(self._keys.crisis, dict(zip(names, bodies, strict=True)))
        return list(found.values())

    async def open(self) -> list[Crisis]:
        """Oldest first, those that can be read."""
        return await self._find(await self._client.call("ZRANGE", self._keys.crises, 0, -1))

    async def commit(self, decision: Decision[Crisis], at: datetime) -> Committed:
        crisis, before, key = decision.after, decision.before, self._keys.crisis(decision.after.id)
        transaction = Transaction(self._keys.inbox)
        transaction.guard(key, before.version if before else "", "v")
        transaction.write("HSET", key, "v", crisis.version, "body", crisis.model_dump_json())
        if crisis.is_open:
            transaction.write("ZADD", self._keys.crises, ms(crisis.declared_at), crisis.id)
        else:
            transaction.write("ZREM", self._keys.crises, crisis.id)
            transaction.write("EXPIRE", key, int(bounds.CRISIS_KEPT.total_seconds()))
            transaction.write("ZADD", self._keys.pages, "XX", at.timestamp(), crisis.page)
        write_effects(transaction, self._keys, decision, at, "crisis", crisis.id)
        return (await commit(self._client, transaction))[0]

    async def drawn(self, crisis: Crisis, card: str, record: CardRecord, owed: Notification) -> None:
        """The card shows this version; where there is a newer one it stays owed."""
        saved = Transaction(self._keys.inbox)
        saved.write("HSET", self._keys.card(card), "body", record.model_dump_json())
        saved.write("EXPIRE", self._keys.card(card), int(bounds.CRISIS_KEPT.total_seconds()))
        done = Transaction(self._keys.inbox)
        done.guard(self._keys.crisis(crisis.id), crisis.version, "v")
        done.write("ZREM", self._keys.outbox(owed.to), owed.key)
        await commit(self._client, saved, done)
