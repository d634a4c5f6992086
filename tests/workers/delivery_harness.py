"""A team with a delivery worker, a Slack of its own, and a clock: what the delivery tests happen to."""

from collections.abc import Callable
from typing import Any, cast

from bot.domain.case import Case
from bot.domain.cases.transitions import claim_case, hand_to_department
from bot.domain.commits import CaseDecision
from bot.domain.department import Department
from bot.sinks.slack import SlackSink
from bot.store.store import Store
from bot.workers.case_deadlines import DeadlineWorker
from bot.workers.delivery import DeliveryWorker
from tests.clock import SteppedClock
from tests.domain.samples import CARE, SALES, build_context
from tests.fake_on_call import FakeOnCallLookup, ListedStaff
from tests.workers.fake_rules import FakeRules
from tests.workers.fake_slack import FakeSlack
from tests.workers.numbered_mentions import build_numbered_mention, triage_mentions


class DeliveryHarness:
    def __init__(self, store: Store, clock: SteppedClock, *departments: Department) -> None:
        self.store, self.clock = store, clock
        self.rules = FakeRules(*(departments or (CARE, SALES)))
        self.on_call = FakeOnCallLookup(self.rules)
        self.slack = FakeSlack(clock)
        self.delivery = self.start_another()

    def start_another(self) -> DeliveryWorker:
        """Start a process that knows nothing but what is in the store."""
        return DeliveryWorker(self.store, cast("SlackSink", self.slack), self.rules, self.on_call, self.clock)

    def start_timers(self) -> DeadlineWorker:
        return DeadlineWorker(self.store, self.rules, self.on_call, ListedStaff(), self.clock)

    async def open_cases(self, *numbers: int, **changes: Any) -> list[Case]:
        return await triage_mentions(
            self.store, self.rules, self.clock, *(build_numbered_mention(number, **changes) for number in numbers)
        )

    async def run_for(self, seconds: float = 5, pace: float = 0.25) -> None:
        """Step until so much time has passed."""
        for _ in range(int(seconds / pace)):
            await self.delivery.step()
            self.clock.advance(seconds=pace)

    async def run_until_idle(self) -> None:
        """Step until nothing is pending."""
        for _ in range(2000):
            if not await self.delivery.step() and not await self.store.outbox.list_queues():
                return
            self.clock.advance(seconds=1.3)
        raise AssertionError(await self.store.outbox.list_queues())

    async def list_pending(self) -> list[str]:
        return [one.notification.key for queue in await self.store.outbox.list_queues(1000) for one in queue.head]

    async def claim(self, case: Case, who: str = "U0ANA") -> Case:
        return await self.change(case, lambda now: claim_case(now, build_context(who, self.clock.now())))

    async def hand_over(self, case: Case, to: Department, who: str = "U0MIA") -> Case:
        return await self.change(case, lambda now: hand_to_department(now, build_context(who, self.clock.now()), to))

    async def change(self, case: Case, decide: Callable[[Case], CaseDecision]) -> Case:
        return (await self.store.cases.change(case.id, decide, self.clock.now())).case
