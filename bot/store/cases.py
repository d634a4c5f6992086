"""Load, list and commit cases: by id, department, owner or deadline, with the mentions that joined them."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import NamedTuple

from bot import metrics
from bot.domain.case import Case, CaseStatus
from bot.domain.commits import CaseDecision, DurationKind, NotAllowed
from bot.domain.mention import Mention
from bot.store.access_check import verify_write_access
from bot.store.case_writer import STATUS_FIELD, write_decision
from bot.store.client import ANOTHER_TYPE, RedisClient
from bot.store.keys import Keys
from bot.store.record_reader import RecordReader, UnreadableRecordError
from bot.store.repository import Repository
from bot.store.transaction import CommitResult, Transaction, commit

OPEN_READ = 500
"""How many of a department's open cases are searched for crises, which are due before nearly all others."""


_STATUSES = frozenset(CaseStatus)
_HISTOGRAMS = MappingProxyType(
    {DurationKind.CLAIM: metrics.CLAIM_SECONDS, DurationKind.RESOLVE: metrics.RESOLVE_SECONDS}
)


class CaseGoneError(NotAllowed):
    def __init__(self) -> None:
        super().__init__(
            "This case is too old to change. Earshot no longer keeps it. You may still be able to open its post."
        )


class OpenCases(NamedTuple):
    """One page of a department's open cases, soonest due first, and how many it has in total."""

    cases: tuple[Case, ...]
    total: int


class CaseStore(Repository[Case, CaseDecision]):
    kind = "case"

    def __init__(self, client: RedisClient, keys: Keys) -> None:
        super().__init__(client, keys)
        self._records = RecordReader(client, keys, "case", Case.model_validate_json)
        self._joined = RecordReader(client, keys, "mention", Mention.from_stored)

    async def get(self, case_id: str) -> Case:
        """Return the case. Raises `CaseGoneError`, `UnreadableRecordError`."""
        found = await self.find([case_id])
        if self.is_unreadable(case_id):
            raise UnreadableRecordError("case")
        if not found:
            raise CaseGoneError
        return found[case_id]

    def is_unreadable(self, case_id: str) -> bool:
        """Return True if the case existed at the last read but this release could not parse it."""
        return self._records.is_unreadable(self._keys.case_key(case_id))

    async def check_writable(self) -> None:
        """Raise `StoreUnavailable` if the store takes no writes."""
        await verify_write_access(self._client, self._keys)

    async def find(self, case_ids: Sequence[str]) -> dict[str, Case]:
        """Return the cases that exist, by id. One that cannot be read is left out and quarantined."""
        wanted = list(dict.fromkeys(case_ids))
        if not wanted:
            return {}
        bodies = await self._client.read_bodies(map(self._keys.case_key, wanted))
        return await self._records.read_all(self._keys.case_key, dict(zip(wanted, bodies, strict=True)))

    async def commit(self, decision: CaseDecision, at: datetime) -> CommitResult:
        """Write a decision with optimistic concurrency, and observe its durations in the metrics."""
        return (await self.commit_each([decision], at))[0]

    async def commit_each(self, decisions: Sequence[CaseDecision], at: datetime) -> list[CommitResult]:
        """Write decisions on different cases in one round trip: each is all or nothing by itself."""
        transactions = [Transaction(self._keys.inbox) for _ in decisions]
        for transaction, decision in zip(transactions, decisions, strict=True):
            write_decision(transaction, self._keys, decision, at)
        committed = await commit(self._client, *transactions)
        for decision, result in zip(decisions, committed, strict=True):
            if result is CommitResult.WRITTEN:
                for measure, seconds in decision.durations:
                    if histogram := _HISTOGRAMS.get(measure):
                        histogram.observe(seconds)
        return committed

    async def load_statuses(self, case_ids: Sequence[str]) -> dict[str, CaseStatus]:
        """Return the status of each case that exists. Records of older releases are read as a whole."""
        fields = await self._client.read_bodies(map(self._keys.case_key, case_ids), STATUS_FIELD)
        found = {case: CaseStatus(field) for case, field in zip(case_ids, fields, strict=True) if field in _STATUSES}
        older = await self.find([case for case in case_ids if case not in found])
        return found | {case.id: case.status for case in older.values()}

    async def load_joined(self, case_id: str, limit: int = 100) -> tuple[Mention, ...]:
        """Return the mentions that joined a case, oldest first."""
        read = await self._joined.read_fields(self._keys.joined_mentions_key(case_id))
        return tuple(sorted(read.values(), key=lambda one: one.created_at)[:limit])

    async def find_joined(self, case_id: str, mention_id: str) -> Mention | None:
        """Return one joined mention, or None if it was separated, or came after `JOINED_MOST` others."""
        key = self._keys.joined_mentions_key(case_id)
        [body] = await self._client.read_bodies([key], mention_id)
        return await self._joined.read(key, body, mention_id)

    async def find_joined_each(self, case_id: str, mention_ids: Iterable[str]) -> dict[str, Mention]:
        """Return the same for each of some, in one round trip, without those of which there is none."""
        key, wanted = self._keys.joined_mentions_key(case_id), list(mention_ids)
        if not wanted:
            return {}
        [bodies] = await self._client.execute_each([("HMGET", key, *wanted)])
        if bodies is ANOTHER_TYPE:
            return {}
        found = {one: await self._joined.read(key, body, one) for one, body in zip(wanted, bodies, strict=True)}
        return {name: mention for name, mention in found.items() if mention is not None}

    async def list_open(self, department: str, limit: int = 20, start: int = 0) -> OpenCases:
        key = self._keys.open_cases_key(department)
        ids, total = await self._client.execute_batch([("ZRANGE", key, start, start + limit - 1), ("ZCARD", key)])
        found = await self.find(ids)
        return OpenCases(tuple(found[case] for case in ids if case in found), int(total))

    async def list_crisis_cases(self, departments: Sequence[str]) -> list[Case]:
        """Return the confirmed crises among the open cases, department by department, soonest due first."""
        pages = [await self.list_open(name, OPEN_READ) for name in dict.fromkeys(departments)]
        return [case for page in pages for case in page.cases if case.is_confirmed_crisis]

    async def count_overdue(self, department: str, at: datetime) -> int:
        return int(await self._client.execute("ZCOUNT", self._keys.open_cases_key(department), "-inf", at.timestamp()))

    async def list_owned(self, person: str) -> tuple[Case, ...]:
        """Return the cases that a person owns, soonest due first."""
        ids = await self._client.execute("ZRANGE", self._keys.owned_cases_key(person), 0, -1)
        found = await self.find(ids)
        return tuple(found[case] for case in ids if case in found)

    async def list_due(self, at: datetime, limit: int = 100) -> list[str]:
        """Return the ids of cases with a deadline in the past; unreadable ones are skipped for a minute each."""
        some = ("LIMIT", 0, limit + self._records.unreadable_count)
        reply = await self._client.execute("ZRANGEBYSCORE", self._keys.deadlines, "-inf", at.timestamp(), *some)
        return self._records.skip_unreadable(self._keys.case_key, reply, at)

    async def set_deadline(self, case: Case, deadline: datetime | None) -> None:
        """Set the next deadline of a case that a change of the playbook moved; None if it has none any more."""
        transaction = Transaction(self._keys.inbox)
        transaction.guard(self._keys.case_key(case.id), case.version, "v")
        if deadline is None:
            transaction.write("ZREM", self._keys.deadlines, case.id)
        else:
            transaction.write("ZADD", self._keys.deadlines, deadline.timestamp(), case.id)
        await commit(self._client, transaction)

    async def clear_deadline(self, case_id: str) -> None:
        """Forget the deadline of a case that no longer exists."""
        await self._client.execute("ZREM", self._keys.deadlines, case_id)
