"""Tell those who asked for something that it is done: a few cases of each department a day become follow-ups."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.clock import Clock
from bot.domain.case import Case
from bot.domain.commits import CaseDecision
from bot.domain.ledger.entry import LedgerEntry
from bot.domain.ledger.telling import (
    FINISHED,
    TOLD_PER_DAY,
    LedgerPerson,
    TellingState,
    can_tell,
    count_answers,
    has_news,
    offer_news,
    update_telling,
)
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
        people = await self._store.ledger.load_people(entry.id)
        parsed = {person_id: LedgerPerson.parse(value) for person_id, value in people.items()}
        persons = {person_id: person for person_id, person in parsed.items() if person.state not in FINISHED}
        ids = sorted({person.case for person in persons.values()})
        start = int(at.timestamp() // self.idle) * BATCH_SIZE % max(1, len(ids))
        chosen = [*ids[start:], *ids[:start]][:BATCH_SIZE]
        names, found = await self._find_merged_cases(chosen)
        decisions = self._offer_news(entry, persons.values(), names, found, before, at)
        decided = {one.case.id for one in decisions}
        changed = dict[str, str]()
        for person_id, person in persons.items():
            name = names.get(person.case, "")
            case = found.get(name)
            if not name or (case is None and self._store.cases.is_unreadable(name)):
                continue  # of another batch; or nobody was told, and a later release may read it
            if case is None or not can_tell(case):
                after = LedgerPerson(person.case)
            elif person.state is TellingState.OFFERED:
                after = update_telling(person, case)
            elif case.id in decided or has_news(case, entry.news):
                after = LedgerPerson(person.case, state=TellingState.OFFERED)
            else:
                continue
            if after != person:
                changed[person_id] = str(after)
        now = entry.copy_with(is_telling=bool(ids), told=count_answers((people | changed).values()))
        if changed or now != entry:
            await self._store.ledger.tell(entry, now, changed, decisions, day, before, at)
        return len(decisions)

    def _offer_news(
        self,
        entry: LedgerEntry,
        persons: Iterable[LedgerPerson],
        names: Mapping[str, str],
        found: Mapping[str, Case],
        offered: Mapping[str, int],
        at: datetime,
    ) -> list[CaseDecision]:
        """Return the follow-ups of cases whose people wait, as many as each department may get on this day."""
        counts, decisions = Counter(offered), list[CaseDecision]()
        waiting = dict.fromkeys(names.get(one.case, "") for one in persons if one.state is TellingState.WAITING)
        for case in (found[name] for name in sorted(waiting) if name in found):
            department = get_department_or_lost(self._rules, case.department)
            is_free = counts[case.department] < TOLD_PER_DAY and department.hours.is_open_at(at)
            if not is_free or not can_tell(case) or has_news(case, entry.news):
                continue
            if (decision := offer_news(case, department, entry.news, at)) is not None:
                decisions.append(decision)
                counts[case.department] += 1
        return decisions

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
