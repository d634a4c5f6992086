"""Handle case deadlines that are due: unclaimed for too long, claimed without an answer, overdue, to be followed up."""

from datetime import datetime

import structlog

from bot.clock import Clock
from bot.domain.case import Case
from bot.domain.cases.deadlines import find_next_deadline, handle_deadline
from bot.domain.cases.follow_up_transitions import find_next_offer, offer_follow_up
from bot.domain.commits import CaseDecision
from bot.domain.department import Department
from bot.domain.oncall.on_call import OnCallLookup, OnCallSnapshot
from bot.domain.rules import PlaybookRules, StaffLookup, get_department_or_lost
from bot.store.store import Store
from bot.store.transaction import CommitResult
from bot.workers.retry_backoff import RetryBackoff
from bot.workers.runner import Worker

BATCH_SIZE = 100
WRITING = "writing "
"""Prefix of the names under which failures are counted."""

log = structlog.get_logger("timers")


class DeadlineWorker(Worker):
    """Any number may run: the case's version ensures that each deadline is handled once."""

    name = "timers"
    idle = 0.5

    def __init__(
        self, store: Store, rules: PlaybookRules, on_call: OnCallLookup, staff: StaffLookup, clock: Clock
    ) -> None:
        self._store = store
        self._on_call = on_call
        self._staff = staff
        self._rules = rules
        self._clock = clock
        self._backoff = RetryBackoff(self.name, clock)

    async def step(self) -> int:
        due = await self._store.cases.list_due(self._clock.now(), BATCH_SIZE + len(self._backoff))
        due = [case for case in due if not self._backoff.is_waiting(case)]
        found = await self._store.cases.find(due)
        on_call: dict[str, OnCallSnapshot] = {}
        for case_id in due:
            if case_id in found:
                await self._backoff.run_guarded(case_id, self._handle_deadline(found[case_id], on_call))
            elif not self._store.cases.is_unreadable(case_id):
                await self._store.cases.clear_deadline(case_id)
        return len(due) + await self._end_writing()

    async def _end_writing(self) -> int:
        """End what says on cards that somebody is writing, where nothing told that they stopped."""
        at, replies = self._clock.now(), self._store.replies
        due = await replies.list_due(at, BATCH_SIZE + len(self._backoff))
        due = [case_id for case_id in due if not self._backoff.is_waiting(f"{WRITING}{case_id}")]
        found = await self._store.cases.find(due)
        for case_id in due:
            case = found.get(case_id)
            ending = replies.end_writing(case, at) if case else replies.forget_writing(case_id)
            await self._backoff.run_guarded(f"{WRITING}{case_id}", ending)
        return len(due)

    async def _handle_deadline(self, case: Case, on_call: dict[str, OnCallSnapshot]) -> None:
        """`on_call` caches one lookup for each department and step: hundreds may be due at once."""
        at = self._clock.now()
        department = get_department_or_lost(self._rules, case.department)
        if case.is_closed:
            return await self._handle_follow_up(case, department, at)
        snapshot = on_call.get(case.department) or await self._on_call.find_on_call(case.department, at)
        on_call[case.department] = snapshot
        decision = handle_deadline(case, department, at, snapshot)
        if decision is None:
            return await self._store.cases.set_deadline(case, find_next_deadline(case, department, snapshot))
        return await self._commit(decision, at)

    async def _handle_follow_up(self, case: Case, department: Department, at: datetime) -> None:
        staff = await self._staff.load_staff(department, self._rules.managers)
        decision = offer_follow_up(case, department, staff, at)
        if decision is None:
            return await self._store.cases.set_deadline(case, find_next_offer(case, department, at))
        return await self._commit(decision, at)

    async def _commit(self, decision: CaseDecision, at: datetime) -> None:
        case = decision.case
        if await self._store.cases.commit(decision, at) is CommitResult.WRITTEN:
            log.info("deadline passed", case=case.id, what=str(decision.events[0].what), department=case.department)
