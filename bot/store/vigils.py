"""The watch over Earshot itself: what it knows, committed with the pages that it opens."""

from datetime import datetime

from bot.domain.vigil.troubles import Vigil, VigilDecision
from bot.store.client import Client
from bot.store.keys import Keys
from bot.store.transaction import Committed, Transaction, commit
from bot.store.writing import open_in, owe


class VigilStore:
    def __init__(self, client: Client, keys: Keys) -> None:
        self._client = client
        self._keys = keys

    async def read(self) -> Vigil:
        body = await self._client.call("HGET", self._keys.vigil, "body")
        return Vigil.model_validate_json(body) if body else Vigil()

    async def commit(self, decision: VigilDecision, at: datetime) -> Committed:
        key, vigil = self._keys.vigil, decision.vigil
        transaction = Transaction(self._keys.inbox)
        transaction.guard(key, decision.before.version or "", "v")
        transaction.write("HSET", key, "v", vigil.version, "body", vigil.model_dump_json())
        for page in decision.pages:
            open_in(transaction, self._keys, page)
        for page in decision.woken:
            transaction.write("ZADD", self._keys.pages, at.timestamp(), page.id)
        for notification in decision.notifications:
            owe(transaction, self._keys, notification, at)
        return (await commit(self._client, transaction))[0]
