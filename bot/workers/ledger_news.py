"""Tell those who asked for something that it is done: a few cases of each department a day become follow-ups."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.clock import Clock
from bot.domain.case import Case
from bot.domain.commits import CaseDecision
from bot.domain.ledger.entry import LedgerEntry
from bot.domain.ledger.telling import TOLD_PER_DAY, can_tell, has_news, offer_news
from bot.domain.rules import PlaybookRules, get_department_or_lost
from bot.store.keys import format_day
from bot.store.store import Store
from bot.workers.runner import Worker

MERGES_FOLLOWED = 5
BATCH_SIZE = 100
"""Cases that are read at a time; the next ones a minute later, so that those who wait hold up nobody."""


class LedgerWorker(Worker):
    """Any number may run: the commit is guarded by the entry, the cases and the counts of the day."""

    name = "ledger"
    idle = 60.0

    def __init__(self, store: Store, rules: PlaybookRules, clock: Clock) -> None:
        self._store = store
        self._rules = rules
        self._clock = clock

    async def step(self) -> int:
        """Return how many cases were offered."""
        at = self._clock.now()
        entries = (await self._store.ledger.load()).values()
        return sum([await self._tell_people(entry, at) for entry in entries if entry.is_telling])

    async def _tell_people(self, entry: LedgerEntry, at: datetime) -> int:
        day = format_day(at.astimezone(ZoneInfo(self._rules.time_zone)))
        before = await self._store.ledger.count_offers(day)
        told = Counter(before)
        waiting: dict[str, list[str]] = {}
        for person, value in (await self._store.ledger.load_people(entry.id)).items():
            case_id, _, untold = value.partition("|")
            if untold:
                waiting.setdefault(case_id, []).append(person)
        ids = sorted(waiting)
        start = int(at.timestamp() // self.idle) * BATCH_SIZE % max(1, len(ids))
        chosen = [*ids[start:], *ids[:start]][:BATCH_SIZE]
        names, found = await self._find_merged_cases(chosen)
        offered = set[str]()
        decisions, done = list[CaseDecision](), dict[str, str]()
        for case_id in chosen:
            case = found.get(names[case_id])
            if case is not None and can_tell(case) and not (case.id in offered or has_news(case, entry.news)):
                department = get_department_or_lost(self._rules, case.department)
                is_free = told[case.department] < TOLD_PER_DAY and department.hours.is_open_at(at)
                decision = offer_news(case, department, entry.news, at) if is_free else None
                if decision is None:
                    continue
                decisions.append(decision)
                offered.add(case.id)
                told[case.department] += 1
            elif case is None and self._store.cases.is_unreadable(names[case_id]):
                continue  # nobody was told; a later release may read it
            done |= dict.fromkeys(waiting[case_id], f"{case_id}|")
        if done or not ids:
            await self._store.ledger.tell(entry, done, decisions, day, before, at)
        return len(decisions)

    async def _find_merged_cases(self, ids: Sequence[str]) -> tuple[dict[str, str], dict[str, Case]]:
        """Return for each case the id of the one that has its posts now, and the cases by id."""
        names, found = {one: one for one in ids}, dict[str, Case]()
        for _ in range(MERGES_FOLLOWED):
            found |= await self._store.cases.find([name for name in names.values() if name not in found])
            into = {one: found[name].merged_into for one, name in names.items() if name in found}
            if not any(into.values()):
                break
            names |= {one: name for one, name in into.items() if name}
        return names, found
