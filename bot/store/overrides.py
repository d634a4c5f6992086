"""What people changed about schedules: read, decided on, committed. Who comes too late decides again."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from bot.domain.decision import Refused
from bot.domain.schedules.changed import Change, Changes
from bot.store import keys as bounds
from bot.store.client import Client
from bot.store.keys import Keys
from bot.store.reading import Records, Unreadable
from bot.store.transaction import Committed, Transaction, commit
from bot.store.writing import owe

TRIES = 60
OVERRIDES_KEPT = timedelta(days=100)
"""After the last change: longer than any change that is kept lies ahead and back."""


class OverrideStore:
    def __init__(self, client: Client, keys: Keys) -> None:
        self._client = client
        self._keys = keys
        self._records = Records(client, keys, "schedule", Changes.model_validate_json)

    async def read(self, schedules: Iterable[str]) -> dict[str, Changes]:
        """Where they cannot be read the playbook's own turns hold."""
        names = list(dict.fromkeys(schedules))
        if not names:
            return {}
        bodies = await self._client.bodies(map(self._keys.schedule, names))
        found = await self._records.read_all(self._keys.schedule, dict(zip(names, bodies, strict=True)))
        return {name: found.get(name, Changes()) for name in names}

    async def change(self, schedule: str, decide: Callable[[Changes], Change], by: str, at: datetime) -> Change:
        """What `decide` refuses goes up untouched. Raises `Unreadable`."""
        for _ in range(TRIES):
            before = (await self.read([schedule]))[schedule]
            if self._records.unreadable(self._keys.schedule(schedule)):
                raise Unreadable("schedule")
            change = decide(before)
            if await self._commit(schedule, before, change, by, at):
                return change
        raise Refused("Too many people are changing this schedule right now. Try again in a moment.")

    async def _commit(self, schedule: str, before: Changes, change: Change, by: str, at: datetime) -> bool:
        key = self._keys.schedule(schedule)
        transaction = Transaction(self._keys.inbox)
        transaction.guard(key, before.version or "", "v")
        transaction.write("HSET", key, "v", change.after.version, "body", change.after.model_dump_json())
        transaction.write("EXPIRE", key, int(OVERRIDES_KEPT.total_seconds()))
        said = ("schedule", schedule, "at", at.isoformat(), "by", by, "what", change.what)
        transaction.write("XADD", self._keys.audit, "MAXLEN", "~", bounds.AUDIT_MOST, "*", *said)
        for notification in change.notifications:
            owe(transaction, self._keys, notification, at)
        return (await commit(self._client, transaction))[0] is Committed.WRITTEN
