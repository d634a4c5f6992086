"""Cases, and how they are found: by department, by owner, by deadline."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from bot import metrics
from bot.domain.case import Case
from bot.domain.commits import CaseDecision, DurationKind, NotAllowed
from bot.domain.mention import Mention
from bot.store.access_check import verify_write_access
from bot.store.case_writer import write_decision
from bot.store.client import RedisClient
from bot.store.keys import Keys
from bot.store.record_reader import RecordReader, UnreadableRecordError
from bot.store.repository import Repository
from bot.store.transaction import CommitResult, Transaction, commit

OPEN_READ = 500
"""Of a department's open cases, the most that are looked through for crises: those are due before nearly all others."""


class CaseGoneError(NotAllowed):
    """There is no such case any more."""

    def __init__(self) -> None:
        super().__init__("This case is no longer kept, so nothing can be done with it. Its post may still be opened.")


class OpenCases(NamedTuple):
    """Some of a department's open cases, in the order in which they are due, and how many there are in all."""

    cases: tuple[Case, ...]
    total: int


class CaseStore(Repository[Case, CaseDecision]):
    kind = "case"

    def __init__(self, client: RedisClient, keys: Keys) -> None:
        super().__init__(client, keys)
        self._records = RecordReader(client, keys, "case", Case.model_validate_json)
        self._joined = RecordReader(client, keys, "mention", Mention.from_stored)

    async def get(self, case_id: str) -> Case:
        """Raises `CaseGoneError`, `UnreadableRecordError`."""
        found = await self.find([case_id])
        if self.is_unreadable(case_id):
            raise UnreadableRecordError("case")
        if not found:
            raise CaseGoneError
        return found[case_id]

    def is_unreadable(self, case_id: str) -> bool:
        """Whether it was there when it was last read, and this release could not read it."""
        return self._records.is_unreadable(self._keys.case_key(case_id))

    async def check_writable(self) -> None:
        """Raises `StoreUnavailable` where a change of any case would be refused."""
        await verify_write_access(self._client, self._keys)

    async def find(self, case_ids: Sequence[str]) -> dict[str, Case]:
        """Those of these cases that there are, by id. One that cannot be read is left out, and set aside."""
        wanted = list(dict.fromkeys(case_ids))
        if not wanted:
            return {}
        bodies = await self._client.read_bodies(map(self._keys.case_key, wanted))
        return await self._records.read_all(self._keys.case_key, dict(zip(wanted, bodies, strict=True)))

    async def commit(self, decision: CaseDecision, at: datetime) -> CommitResult:
        transaction = Transaction(self._keys.inbox)
        write_decision(transaction, self._keys, decision, at)
        [committed] = await commit(self._client, transaction)
        if committed is CommitResult.WRITTEN:
            for measure, seconds in decision.durations:
                histogram = metrics.CLAIM_SECONDS if measure is DurationKind.CLAIM else metrics.RESOLVE_SECONDS
                histogram.observe(seconds)
        return committed

    async def load_joined(self, case_id: str, limit: int = 100) -> tuple[Mention, ...]:
        """The mentions that joined, oldest first."""
        read = await self._joined.read_fields(self._keys.joined_mentions_key(case_id))
        return tuple(sorted(read.values(), key=lambda one: one.created_at)[:limit])

    async def find_joined(self, case_id: str, mention_id: str) -> Mention | None:
        """One of those that joined; None where it was separated since, or was one too many to be kept."""
        key = self._keys.joined_mentions_key(case_id)
        [body] = await self._client.read_bodies([key], mention_id)
        return await self._joined.read(key, body, mention_id)

    async def list_open(self, department: str, limit: int = 20, start: int = 0) -> OpenCases:
        key = self._keys.open_cases_key(department)
        ids, total = await self._client.execute_batch(
            [("ZRANGE", key, start, start + limit - 1), ("ZCARD", key)],
        )
        found = await self.find(ids)
        return OpenCases(tuple(found[case] for case in ids if case in found), int(total))

    async def list_crisis_cases(self, departments: Sequence[str]) -> list[Case]:
        """Return the open cases of these departments that cannot wait, the soonest due first in each."""
        pages = [await self.list_open(name, OPEN_READ) for name in dict.fromkeys(departments)]
        return [case for page in pages for case in page.cases if case.is_confirmed_crisis]

    async def count_overdue(self, department: str, at: datetime) -> int:
        return int(await self._client.execute("ZCOUNT", self._keys.open_cases_key(department), "-inf", at.timestamp()))

    async def list_owned(self, person: str) -> tuple[Case, ...]:
        """What a person has now, the soonest due first."""
        found = await self.find(sorted(await self._client.execute("SMEMBERS", self._keys.owned_cases_key(person))))
        return tuple(sorted(found.values(), key=lambda case: (case.due is None, case.due, case.id)))

    async def list_due(self, at: datetime, limit: int = 100) -> list[str]:
        """The cases of which a clock has run out. One that cannot be read stays due, in nobody's way."""
        some = ("LIMIT", 0, limit + self._records.unreadable_count)
        reply = await self._client.execute("ZRANGEBYSCORE", self._keys.deadlines, "-inf", at.timestamp(), *some)
        return self._records.skip_unreadable(self._keys.case_key, reply, at)

    async def set_deadline(self, case: Case, deadline: datetime | None) -> None:
        """The rules were changed since the case was committed: this is its deadline by the rules of now."""
        transaction = Transaction(self._keys.inbox)
        transaction.guard(self._keys.case_key(case.id), case.version, "v")
        if deadline is None:
            transaction.write("ZREM", self._keys.deadlines, case.id)
        else:
            transaction.write("ZADD", self._keys.deadlines, deadline.timestamp(), case.id)
        await commit(self._client, transaction)

    async def clear_deadline(self, case_id: str) -> None:
        """Of a case that is gone."""
        await self._client.execute("ZREM", self._keys.deadlines, case_id)
