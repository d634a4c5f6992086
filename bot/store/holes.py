"""Which holes of schedules were said: each once, whatever restarts."""

from datetime import datetime, timedelta

from bot.domain.notification import Notification
from bot.store.client import Client, counts_in
from bot.store.keys import Keys
from bot.store.transaction import Committed, Transaction, commit
from bot.store.writing import ms, owe

SAID_FOR = timedelta(days=30)
"""A hole that is there for longer is said again."""


class HoleStore:
    def __init__(self, client: Client, keys: Keys) -> None:
        self._client = client
        self._keys = keys

    async def said(self) -> dict[str, int]:
        """By the names of their notifications: when, ms."""
        flat = await self._client.call("HGETALL", self._keys.holes)
        return counts_in(flat)

    async def say(self, hole: Notification, at: datetime, before: int = 0) -> bool:
        """Owe it, unless it was said since `before`, which is when it was said last."""
        if before and ms(at) - before < SAID_FOR.total_seconds() * 1000:
            return False
        transaction = Transaction(self._keys.inbox)
        transaction.guard(self._keys.holes, before or "", hole.key)
        transaction.write("HSET", self._keys.holes, hole.key, ms(at))
        owe(transaction, self._keys, hole, at)
        return (await commit(self._client, transaction))[0] is Committed.WRITTEN

    async def forget(self, name: str) -> None:
        """It was filled, or is over; should it open again, that is news."""
        await self._client.call("HDEL", self._keys.holes, name)
