"""Which holes of schedules were said: each once, whatever restarts."""

from datetime import datetime, timedelta

from bot.domain.notification import Notification
from bot.store.client import Client
from bot.store.keys import Keys
from bot.store.transaction import Committed, Transaction, commit
from bot.store.writing import ms, owe

SAID_FOR = timedelta(days=30)
"""A hole that is there for longer is said again."""


class HoleStore:
    def __init__(self, client: Client, keys: Keys) -> None:
        self._client = client
        self._keys = keys

    async def say(self, hole: Notification, at: datetime) -> bool:
        """Owe it, if that was not done before."""
        key = self._keys.hole(hole.case, hole.nth)
        transaction = Transaction(self._keys.inbox)
        transaction.guard(key, "")
        transaction.write("SET", key, ms(at), "EX", int(SAID_FOR.total_seconds()))
        owe(transaction, self._keys, hole, at)
        return (await commit(self._client, transaction))[0] is Committed.WRITTEN

    async def forget(self, hole: Notification) -> None:
        """It was filled; should it open again, that is news."""
        await self._client.call("DEL", self._keys.hole(hole.case, hole.nth))
