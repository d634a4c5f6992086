"""Lists of cases by department, owner and author. Only the cases of one page are read, the others are counted."""

import heapq
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import chain, islice
from operator import itemgetter
from typing import NamedTuple

from bot.domain.case import Case, CaseStatus
from bot.domain.cases.queues import PAGE_ROWS, CasePage, CaseQueue, QueueCounts, normalize_name
from bot.store.case_writer import add_author, build_person_term, update_claimed_cases
from bot.store.cases import CaseStore
from bot.store.client import ANOTHER_TYPE, RedisClient, Words, parse_hash
from bot.store.keys import AUTHORS_KEPT, PERSON_KEPT, Keys, list_months
from bot.store.repository import RedisStore
from bot.store.transaction import Transaction, commit

MAX_MATCHES = 500
"""Cases that one search looks at."""
MAX_PERSON_CASES = 100
"""Of one person, the newest: the history lists some of them, and their departments may read it."""
RESTORED_AT_ONCE = 100
OPEN_END = chr(0x10FFFF)
SCAN_START = "0"
_FORMER_SECONDS = int(PERSON_KEPT.total_seconds())
Dues = dict[str, float]
"""Ids of cases with when each is due, in epoch seconds, soonest first; infinity without a deadline."""


class DepartmentQueues(NamedTuple):
    counts: QueueCounts
    upcoming: int
    """Unclaimed, and not overdue."""

    def count_cases(self, queue: CaseQueue, *, without_overdue: bool = False) -> int:
        """Return how many are in a queue; `without_overdue` leaves out of the unclaimed what is overdue, too."""
        if queue is CaseQueue.OVERDUE:
            return self.counts.overdue
        return self.upcoming if without_overdue else self.counts.unclaimed


class CaseQueueStore(RedisStore):
    def __init__(self, client: RedisClient, keys: Keys, cases: CaseStore) -> None:
        super().__init__(client, keys)
        self._cases = cases

    async def load_queues(self, departments: Sequence[str], at: datetime) -> dict[str, DepartmentQueues]:
        """Count the open cases of each department."""
        names = list(dict.fromkeys(departments))
        commands = [_list_count_commands(self._keys, name, at) for name in names]
        replies = iter(await self._client.execute_each(chain.from_iterable(commands)))
        counts = {name: [int(next(replies) or 0) for _ in range(4)] for name in names}
        return {
            name: DepartmentQueues(
                QueueCounts(total, late, max(0, total - claimed)), max(0, total - late - (claimed - late_claimed))
            )
            for name, (total, late, claimed, late_claimed) in counts.items()
        }

    async def load_queue_page(
        self,
        queue: CaseQueue,
        departments: Mapping[str, DepartmentQueues],
        at: datetime,
        start: int = 0,
        rows: int = PAGE_ROWS,
        *,
        without_overdue: bool = False,
    ) -> CasePage:
        """Read one page of a queue over these departments, soonest due first, and only that.

        `without_overdue` leaves out what is in both queues. A start beyond the end is the last page.
        """
        total = sum(one.count_cases(queue, without_overdue=without_overdue) for one in departments.values())
        start = _clamp_start(start, total, rows)
        lowest, highest = "-inf", "+inf"
        if queue is CaseQueue.OVERDUE:
            highest = repr(at.timestamp())
        elif without_overdue:
            lowest = f"({at.timestamp()!r}"
        unclaimed = queue is CaseQueue.UNCLAIMED
        parts = [
            await self._list_first(name, lowest, highest, start + rows, unclaimed=unclaimed) for name in departments
        ]
        return await self._read_page(list(_merge_dues(parts))[start : start + rows], start, total)

    async def _list_first(self, department: str, lowest: str, highest: str, count: int, *, unclaimed: bool) -> Dues:
        """Return the first of a department's open cases in this range, or of those that nobody has claimed."""
        listed, claimed = self._keys.open_cases_key(department), self._keys.claimed_cases_key(department)
        found: Dues = {}
        offset, size = 0, count
        while len(found) < count:
            limits = (lowest, highest, "WITHSCORES", "LIMIT", offset, size)
            [reply] = await self._client.execute_each([("ZRANGEBYSCORE", listed, *limits)])
            dues = _parse_dues(reply)
            taken = await self._client.execute("ZMSCORE", claimed, *dues) if unclaimed and dues else [None] * len(dues)
            found |= {case: due for (case, due), score in zip(dues.items(), taken, strict=True) if score is None}
            if len(dues) < size:
                break
            offset, size = offset + size, 2 * size
        return dict(islice(found.items(), count))

    async def load_owned_page(self, person: str, start: int = 0, rows: int = PAGE_ROWS) -> CasePage:
        """Read one page of what a person owns, soonest due first. A start beyond the end is the last page."""
        owned = self._keys.owned_cases_key(person)
        total = int(await self._client.execute("ZCARD", owned))
        start = _clamp_start(start, total, rows)
        ids = await self._client.execute("ZRANGE", owned, start, start + rows - 1)
        return await self._read_page(ids, start, total)

    async def _read_page(self, ids: Sequence[str], start: int, total: int) -> CasePage:
        found = await self._cases.find(ids)
        return CasePage(tuple(found[case] for case in ids if case in found), start, start + len(ids), total)

    async def search_author(self, words: str, at: datetime) -> list[Case]:
        """Return cases whose author's handle, name or last name begins with the words, newest first."""
        wanted = normalize_name(words)
        return await self._list_author_cases(wanted, at) if wanted else []

    async def list_person_cases(self, accounts: Iterable[str], at: datetime) -> list[Case]:
        """Return the newest cases of a person, `MAX_PERSON_CASES` at most, by when they were first opened."""
        wanted = list(accounts)
        while True:  # the entries of cases that are no longer kept are dropped, and make room for others
            newest = (await list_person_entries(self._client, self._keys, wanted, at))[:MAX_PERSON_CASES]
            ids = list(dict.fromkeys(entry.case_id for entry in newest))
            found = await self._cases.find(ids)
            gone = set(ids) - found.keys()
            await self._drop_expired([(entry.key, entry.member) for entry in newest], gone)
            if all(map(self._cases.is_unreadable, gone)):
                return [found[one] for one in ids if one in found]

    async def _list_author_cases(self, start: str, at: datetime) -> list[Case]:
        limits = (f"[{start}", f"({start}{OPEN_END}", "LIMIT", 0, MAX_MATCHES)
        keys = [self._keys.authors_key(month) for month in list_months(at)]
        replies = await self._client.execute_each([("ZRANGEBYLEX", key, *limits) for key in keys])
        entries = [(key, entry) for key, reply in zip(keys, replies, strict=True) for entry in reply]
        ids = list(dict.fromkeys(entry.rpartition("\n")[2] for _, entry in entries))[:MAX_MATCHES]
        found = await self._cases.find(ids)
        await self._drop_expired(entries, set(ids) - found.keys())
        return sorted(found.values(), key=lambda case: (case.mention.created_at, case.id), reverse=True)

    async def _drop_expired(self, entries: Iterable[tuple[str, str]], missing: set[str]) -> None:
        """Drop the entries of cases that are no longer kept."""
        gone = {case for case in missing if not self._cases.is_unreadable(case)}
        transaction = Transaction(self._keys.inbox)
        for key, entry in entries:
            if entry.rpartition("\n")[2] in gone:
                transaction.write("ZREM", key, entry)
        if gone:
            await commit(self._client, transaction)

    async def restore_indexes(self, department: str, cursor: str = SCAN_START) -> str:
        """Put some open cases of a department into the indexes that releases before 0.2 do not write. Idempotent.

        Return the cursor for the next of them, `SCAN_START` after the last.
        """
        claimed, listed = self._keys.claimed_cases_key(department), self._keys.open_cases_key(department)
        members = await self._client.execute("ZRANGE", claimed, 0, -1) if cursor == SCAN_START else []
        following, flat = await self._client.execute("ZSCAN", listed, cursor, "COUNT", RESTORED_AT_ONCE)
        wanted = list(dict.fromkeys([*flat[::2], *sorted(members)]))
        for start in range(0, len(wanted), RESTORED_AT_ONCE):
            some = wanted[start : start + RESTORED_AT_ONCE]
            found = await self._cases.find(some)
            await commit(self._client, *(self._restore_case(department, case, found.get(case)) for case in some))
        return str(following)

    def _restore_case(self, department: str, case_id: str, case: Case | None) -> Transaction:
        transaction = Transaction(self._keys.inbox)
        if case is None and self._cases.is_unreadable(case_id):
            return transaction
        transaction.guard(self._keys.case_key(case_id), case.version if case else "", "v")
        if case is None or case.department != department or case.status is not CaseStatus.CLAIMED:
            transaction.write("ZREM", self._keys.claimed_cases_key(department), case_id)
        if case is not None and case.department == department:
            transaction.write("SREM", self._keys.former_owned_cases_key(case.owner), case_id)
            transaction.write("ZADD", self._keys.deadlines, "NX", 0, case.id)  # 0.1.0 wrote none for some
            update_claimed_cases(transaction, self._keys, None, case)
            add_author(transaction, self._keys, case)
            transaction.write("EXPIRE", self._keys.former_person_cases_key(case.mention.author_key), _FORMER_SECONDS)
        return transaction


class PersonEntry(NamedTuple):
    """An entry of the index of authors: a case of an account."""

    account: str
    key: str
    member: str

    @property
    def case_id(self) -> str:
        return self.member.rpartition("\n")[2]


async def list_person_entries(
    client: RedisClient, keys: Keys, accounts: Sequence[str], at: datetime, kept: timedelta = AUTHORS_KEPT
) -> list[PersonEntry]:
    """Return the cases of these accounts, the newest first, at most `MAX_PERSON_CASES` of each in a month.

    Those of the last `kept`, and of up to a month before that, which costs a command for each account and month.
    Whatever became of them: some may be closed, or no longer kept.
    """
    terms = {account: build_person_term(account) for account in accounts}
    ranges = [(key, account) for key in map(keys.authors_key, list_months(at, kept)) for account in terms]
    options = ("BYLEX", "REV", "LIMIT", 0, MAX_PERSON_CASES)
    asked = [("ZRANGE", key, f"({terms[one]}{OPEN_END}", f"[{terms[one]}", *options) for key, one in ranges]
    replies = await client.execute_each(asked) if asked else []
    found = [
        PersonEntry(account, key, member)
        for (key, account), reply in zip(ranges, replies, strict=True)
        if reply is not ANOTHER_TYPE
        for member in reply
    ]
    return sorted(found, key=lambda one: one.member[len(terms[one.account]) :], reverse=True)


def _list_count_commands(keys: Keys, department: str, at: datetime) -> Iterator[Words]:
    for key in (keys.open_cases_key(department), keys.claimed_cases_key(department)):
        yield "ZCARD", key
        yield "ZCOUNT", key, "-inf", at.timestamp()


def _clamp_start(start: int, total: int, rows: int) -> int:
    return min(max(0, start), max(0, total - 1) // rows * rows)


def _parse_dues(reply: Sequence[str]) -> Dues:
    return {case: float(due) for case, due in parse_hash(reply).items()}


def _merge_dues(parts: Sequence[Dues]) -> Dues:
    if len(parts) == 1:
        return parts[0]
    return dict(heapq.merge(*(part.items() for part in parts), key=itemgetter(1)))
