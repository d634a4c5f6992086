"""Takes deadlines that are due: unclaimed too long, claimed and forgotten, overdue."""

import structlog

from bot.clock import Clock
from bot.domain.case import Case
from bot.domain.cases.deadlines import find_next_deadline, handle_deadline
from bot.domain.oncall.on_call import OnCallLookup, OnCallSnapshot
from bot.domain.rules import PlaybookRules, get_department_or_lost
from bot.store.store import Store
from bot.store.transaction import CommitResult
from bot.workers.retry_backoff import RetryBackoff

BATCH_SIZE = 100

log = structlog.get_logger("timers")


class DeadlineWorker:
    """Any number may run: the version decides whose ring counts, so that no rung is climbed twice."""

    name = "timers"
    idle = 0.5

    def __init__(self, store: Store, rules: PlaybookRules, rota: OnCallLookup, clock: Clock) -> None:
        self._store = store
        self._on_call = rota
        self._rules = rules
        self._clock = clock
        self._backoff = RetryBackoff(self.name, clock)

    async def step(self) -> int:
        due = await self._store.cases.list_due(self._clock.now(), BATCH_SIZE + len(self._backoff))
        due = [case for case in due if not self._backoff.is_waiting(case)]
        found = await self._store.cases.find(due)
        on_duty: dict[str, OnCallSnapshot] = {}
        for case_id in due:
            if case_id in found:
                await self._backoff.run_guarded(case_id, self._handle_deadline(found[case_id], on_duty))
            elif not self._store.cases.is_unreadable(case_id):
                await self._store.cases.clear_deadline(case_id)
        return len(due)

    def handle_failure(self, error: Exception) -> None:
        """Nothing is in hand between steps: what is due stays due."""

    async def _handle_deadline(self, case: Case, on_duty: dict[str, OnCallSnapshot]) -> None:
        """`on_duty`, by department, is asked once a step: in a storm hundreds are due at once."""
        at = self._clock.now()
        department = get_department_or_lost(self._rules, case.department)
        duty = on_duty.get(case.department) or await self._on_call.find_on_call(case.department, at)
        on_duty[case.department] = duty
        decision = handle_deadline(case, department, at, duty)
        if decision is None:
            await self._store.cases.set_deadline(case, find_next_deadline(case, department, duty))
            return
        if await self._store.cases.commit(decision, at) is CommitResult.WRITTEN:
            log.info("clock ran out", case=case.id, what=str(decision.events[0].what), department=case.department)
