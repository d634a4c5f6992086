"""SIGKILL at each stage of what happens by the day: news of the ledger and digests of managers, each exactly once.

A day is a few seconds here.
"""

import asyncio
from collections import Counter
from datetime import datetime, time
from pathlib import Path

import pytest

from bot.domain.audit import AuditAction
from bot.domain.case import Case, CaseResolution
from bot.domain.cases.transitions import resolve_case
from bot.domain.commits import CaseDecision
from bot.domain.department import DepartmentStaff
from bot.domain.ledger.entry import EntryKind, EntryState, LedgerEntry, change_entry, open_entry
from bot.domain.ledger.telling import TOLD_PER_DAY
from bot.domain.lifecycle import Context
from bot.domain.outbox import Notification
from bot.domain.periods import DAY
from bot.domain.persons.person import derive_person_id
from bot.domain.reports.report_schedule import ReportCadence, ReportSchedule
from bot.store.client import RedisClient
from bot.store.keys import Keys
from bot.store.store import Store
from bot.workers.delivery.delivery_worker import CONCURRENCY
from tests.kill.crash_points import LEDGER_MOMENTS, SCHEDULE_MOMENTS, CrashPoint
from tests.kill.process_group import ProcessGroup, departments, run_process_group
from tests.kill.test_kill import IN_POSTING, LONGEST, count_changes, run_with_restarts, say

TIMES = 10_000
"""A day takes 8.6 seconds."""
ASKED = 80
MIA, RAJ, NIA = "U0MIA", "U0RAJ", "U0NIA"


class BuiltThings:
    """One thing for each department that is built already: whose case is opened then asked for it, and is added."""

    def __init__(self, group: ProcessGroup, client: RedisClient, keys: Keys) -> None:
        self._group, self._store, self._client, self._keys = group, group.store, client, keys
        self._departments = {one.name: one for one in group.config.departments}
        self.entries: dict[str, LedgerEntry] = {}
        self.added: set[str] = set()

    async def add_all(self) -> bool:
        """Add and answer what is new, and wake who stands still. Return whether a colleague was asked about each."""
        opened = set(await count_changes(self._client, self._keys, "opened"))
        for case in (await self._store.cases.find(list(opened - self.added))).values():
            await self._add(case)
            await self._store.cases.change(case.id, self._answer, self._group.clock.now())
            self.added.add(case.id)
        self._group.resume_stopped()
        offered = await count_changes(self._client, self._keys, AuditAction.FOLLOW_UP_OFFERED)
        return opened == self.added == set(offered)

    async def _add(self, case: Case) -> None:
        at, name = self._group.clock.now(), case.department
        entry = self.entries.get(name) or open_entry(EntryKind.NEED, f"Bags in {name}", name, RAJ, at, ())
        people = {derive_person_id(case.mention.author_key): f"{case.id}|{name}"}
        added = await self._store.ledger.add_people(entry, people, RAJ, at)
        if added.state is not EntryState.DONE:
            added = await self._store.ledger.change(
                added.id, lambda one: change_entry(one, one.title, EntryState.DONE, "", RAJ, at), RAJ, at
            )
        self.entries[name] = added

    def _answer(self, case: Case) -> CaseDecision:
        department = self._departments[case.department]
        staff = DepartmentStaff(department=department.name, deputies=frozenset(department.deputies))
        context = Context(RAJ, self._group.clock.now(), staff, department)
        return resolve_case(case, context, CaseResolution.ANSWERED, "")


async def list_events(client: RedisClient, keys: Keys, what: AuditAction) -> list[dict[str, str]]:
    found = [dict(zip(f[::2], f[1::2], strict=True)) for _, f in await client.execute("XRANGE", keys.audit, "-", "+")]
    return [one for one in found if one["what"] == what]


@pytest.mark.timeout(LONGEST + 60)
async def test_for_each_who_asked_for_what_is_built_a_colleague_is_asked_once_whichever_process_dies_when(
    store: Store, client: RedisClient, keys: Keys, redis_url: str, brand: str
) -> None:
    among = tuple(one.copy_with(deputies=(RAJ, MIA, NIA)) for one in departments(4, on_call=(RAJ, MIA, NIA)))
    async with run_process_group(store, redis_url, brand, times=TIMES, among=among, reads=True) as group:
        built = BuiltThings(group, client, keys)

        async def add_all() -> None:
            await built.add_all()

        group.plans.append(CrashPoint("told:before", 1, stops=True))
        group.plans.extend(CrashPoint(moment, 1) for moment in LEDGER_MOMENTS * 2 + IN_POSTING)
        await run_with_restarts(group, ASKED, random_kills=2, until=built.add_all, meanwhile=add_all, falls=12)
        assert set(LEDGER_MOMENTS) <= set(group.died)
        news, cases = (
            await list_events(client, keys, AuditAction.NEWS_OFFERED),
            await store.cases.find(list(built.added)),
        )
        assert len(cases) == ASKED * 7 // 10
        assert Counter(one["case"] for one in news) == dict.fromkeys(cases, 1)
        assert {case.follow_up.news if case.follow_up else "" for case in cases.values()} == {
            entry.news for entry in built.entries.values()
        }
        by_day = Counter((cases[one["case"]].department, one["at"][:10]) for one in news)
        assert max(by_day.values()) <= TOLD_PER_DAY
        asked = Counter(
            (one["case"], one["detail"]) for one in await list_events(client, keys, AuditAction.FOLLOW_UP_OFFERED)
        )
        assert set(asked.values()) == {1}, "nobody is asked twice to tell the same person"
        assert {case for case, _ in asked} == set(cases)
        second = sum(times - 1 for times in group.count_messages().values())
        say(f"{group.died.total()} deaths, {len(news)} asked for it, {second} messages sent twice")
        assert second <= group.died.total() * CONCURRENCY, "a direct message cannot be searched for"


def list_due(schedule: ReportSchedule, until: datetime) -> list[str]:
    """Return the names of the notifications of all its digests up to then."""
    due, found = schedule.find_next_due(schedule.after, "UTC"), list[str]()
    while due <= until:
        found.append(Notification.send_report(schedule.id, schedule.to, due).key)
        due = schedule.find_next_due(due, "UTC")
    return found


@pytest.mark.timeout(LONGEST + 60)
async def test_each_digest_of_a_manager_comes_once_each_day_whichever_process_dies_when(
    store: Store, redis_url: str, brand: str, tmp_path: Path
) -> None:
    """The clock waits for the digests of each half a day, since only the latest one that is due is sent."""
    among, limit = departments(100), tmp_path / "limit"
    async with run_process_group(store, redis_url, brand, times=TIMES, among=among, reads=True, limit=limit) as group:
        at = group.clock.now()
        until = at.replace(hour=0, minute=30)
        daily = [
            ReportSchedule(cadence=ReportCadence.DAILY, clock=time(n % 2 * 12), to=f"#{one.channel}", by=MIA, after=at)
            for n, one in enumerate(among)
        ]
        for one in daily:
            await store.report_schedules.change(one.id, None, one, at)
        due = {name for one in daily for name in list_due(one, at + 1.5 * DAY)}

        async def is_sent() -> bool:
            nonlocal until
            await asyncio.sleep(0.02)
            now, sent, stopped = group.clock.now(), set(group.count_messages()), group.list_stopped()
            up_to_date = all(sent.issuperset(list_due(one, now)) for one in daily)
            if up_to_date or len(stopped) > 1:  # what it was about to enqueue is enqueued and posted by another
                group.resume_stopped()
            if up_to_date and now >= until:
                until += DAY / 2
                group.clock.set_limit(max(at, until))
            return not group.plans and not stopped and due <= sent

        group.plans.append(CrashPoint("scheduled:before", 5, stops=True))
        group.plans.extend(CrashPoint(moment, 3) for moment in SCHEDULE_MOMENTS * 2)
        group.plans.extend(CrashPoint(moment, 2 * CONCURRENCY + 1) for moment in IN_POSTING)
        await run_with_restarts(group, 0, random_kills=0, until=is_sent)
        await group.kill_all()
        assert set(SCHEDULE_MOMENTS) <= set(group.died)
        sent = group.count_messages()
        say(f"{group.died.total()} deaths, {len(sent)} digests, {len(due)} of them of the first day and a half")
        assert set(sent.values()) == {1}
