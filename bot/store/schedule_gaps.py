"""Which holes of schedules were said: each once, whatever restarts."""

from datetime import datetime, timedelta

from bot.domain.outbox import Notification
from bot.store.case_writer import add_notification, to_ms
from bot.store.client import parse_counts
from bot.store.repository import RedisStore
from bot.store.transaction import CommitResult, Transaction, commit

SAID_FOR = timedelta(days=30)
"""A hole that is there for longer is said again."""


class ScheduleGapStore(RedisStore):
    async def load_reported(self) -> dict[str, int]:
        """By the names of their notifications: when, ms."""
        flat = await self._client.execute("HGETALL", self._keys.schedule_gaps)
        return parse_counts(flat)

    async def report_gap(self, gap: Notification, at: datetime, before: int = 0) -> bool:
        """Owe it, unless it was said since `before`, which is when it was said last."""
        if before and to_ms(at) - before < SAID_FOR.total_seconds() * 1000:
            return False
        transaction = Transaction(self._keys.inbox)
        transaction.guard(self._keys.schedule_gaps, before or "", gap.key)
        transaction.write("HSET", self._keys.schedule_gaps, gap.key, to_ms(at))
        add_notification(transaction, self._keys, gap, at)
        return (await commit(self._client, transaction))[0] is CommitResult.WRITTEN

    async def forget(self, name: str) -> None:
        """It was filled, or is over; should it open again, that is news."""
        await self._client.execute("HDEL", self._keys.schedule_gaps, name)
