"""A team with a delivery worker, a Slack of its own, and a clock: what the delivery tests happen to."""

from collections.abc import Callable
from typing import Any, cast

from bot.domain.case import Case
from bot.domain.cases.transitions import claim_case, hand_to_department
from bot.domain.commits import CaseDecision
from bot.domain.department import Department
from bot.sinks.slack import SlackSink
from bot.store.store import Store
from bot.workers.delivery import DeliveryWorker
from tests.clock import WoundClock
from tests.domain.made import CARE, SALES, context
from tests.rota import ListedRota
from tests.workers.rules import FakeRules
from tests.workers.said import said, triaged
from tests.workers.slack import FakeSlack


class Desk:
    def __init__(self, store: Store, clock: WoundClock, *departments: Department) -> None:
        self.store, self.clock = store, clock
        self.rules = FakeRules(*(departments or (CARE, SALES)))
        self.rota = ListedRota(self.rules)
        self.slack = FakeSlack(clock)
        self.delivery = self.another()

    def another(self) -> DeliveryWorker:
        """A process that begins anew, with nothing but what is in the store."""
        return DeliveryWorker(self.store, cast("SlackSink", self.slack), self.rules, self.rota, self.clock)

    async def hears(self, *numbers: int, **changes: Any) -> list[Case]:
        return await triaged(self.store, self.rules, self.clock, *(said(number, **changes) for number in numbers))

    async def works(self, seconds: float = 5, pace: float = 0.25) -> None:
        """Steps until so much time has passed."""
        for _ in range(int(seconds / pace)):
            await self.delivery.step()
            self.clock.wind(seconds=pace)

    async def settles(self) -> None:
        """Steps until nothing is owed any more."""
        for _ in range(2000):
            if not await self.delivery.step() and not await self.store.outbox.list_queues():
                return
            self.clock.wind(seconds=1.3)
        raise AssertionError(await self.store.outbox.list_queues())

    async def owed(self) -> list[str]:
        return [one.notification.key for queue in await self.store.outbox.list_queues(1000) for one in queue.head]

    async def claims(self, case: Case, who: str = "U0ANA") -> Case:
        return await self._change(case, lambda now: claim_case(now, context(who, self.clock.now())))

    async def hands(self, case: Case, to: Department, who: str = "U0MIA") -> Case:
        return await self._change(case, lambda now: hand_to_department(now, context(who, self.clock.now()), to))

    async def _change(self, case: Case, decide: Callable[[Case], CaseDecision]) -> Case:
        return (await self.store.cases.change(case.id, decide, self.clock.now())).case
