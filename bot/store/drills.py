"""The last drill of each department."""

from datetime import datetime

from bot.domain.commits import Decision
from bot.domain.drills import Drill
from bot.store.client import RedisClient
from bot.store.decision_writer import write_effects
from bot.store.keys import Keys
from bot.store.record_reader import RecordReader, UnreadableRecordError
from bot.store.repository import Repository
from bot.store.transaction import CommitResult, Transaction, commit


class DrillStore(Repository[Drill | None, Decision[Drill]]):
    kind = "drill"

    def __init__(self, client: RedisClient, keys: Keys) -> None:
        super().__init__(client, keys)
        self._records = RecordReader(client, keys, "drill", Drill.model_validate_json)

    async def load_drills(self) -> dict[str, Drill]:
        """Return the readable drills by department."""
        return await self._records.read_fields(self._keys.drills)

    async def get(self, department: str) -> Drill | None:
        """Return the department's last drill, or None. Raises `UnreadableRecordError`."""
        [body] = await self._client.read_bodies([self._keys.drills], department)
        found = await self._records.read(self._keys.drills, body, department)
        if found is None and self.is_unreadable(department):
            raise UnreadableRecordError("drill")
        return found

    def is_unreadable(self, department: str) -> bool:
        """Return True if there was a drill at the last read but this release could not parse it."""
        return self._records.is_unreadable(self._keys.drills, department)

    async def commit(self, decision: Decision[Drill], at: datetime) -> CommitResult:
        """Write a drill with its page in one commit, so that neither exists without the other."""
        drill, before = decision.after, decision.before
        transaction = Transaction(self._keys.inbox)
        transaction.guard(self._keys.drills, _encode_drill(before) if before else "", drill.department)
        transaction.write("HSET", self._keys.drills, drill.department, _encode_drill(drill))
        write_effects(transaction, self._keys, decision, at, "drill", drill.department)
        return (await commit(self._client, transaction))[0]


def _encode_drill(drill: Drill) -> str:
    """Encode without defaults: the guard compares the whole body, also one without fields that a later release adds."""
    return drill.model_dump_json(exclude_defaults=True)
