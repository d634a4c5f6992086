"""The escalation worker and a pager's loop: any number of them, any of them late, and each step once."""

import asyncio
from collections.abc import Awaitable, Callable

from bot.domain.paging import escalation
from bot.domain.paging.context import PageContext
from bot.domain.paging.grouping import PageGroup
from bot.domain.paging.page import (
    AttemptStatus,
    CauseKind,
    ContactMethod,
    Page,
    PageAttempt,
    PageCause,
    Severity,
    open_page,
)
from bot.domain.paging.policy import EscalationPolicy
from bot.sinks.pagers.base import PageRequest, PagerResponse
from bot.store.store import Store
from bot.workers.escalations import EscalationWorker
from bot.workers.paging import PagerWorker
from bot.workers.paging.context import PageContexts
from bot.workers.paging.targets import AckLinkBuilder, TargetResolver
from bot.workers.runner import Worker
from tests.clock import SteppedClock
from tests.domain.samples import CARE
from tests.fake_on_call import FakeOnCallLookup
from tests.workers.fake_rules import FakeRules


async def nothing() -> None:
    """Happens meanwhile."""


class FakePager:
    """A pager that records its calls."""

    name = "webhook"

    def __init__(self) -> None:
        self.rang: list[str] = []
        self.meanwhile: Callable[[], Awaitable[None]] = nothing
        self.breaks = False

    async def send_page(self, call: PageRequest) -> PagerResponse:
        self.rang.append(call.attempt.person)
        await self.meanwhile()
        if self.breaks:
            raise ZeroDivisionError
        return PagerResponse(AttemptStatus.DELIVERED)

    async def refresh_page(self, _page: Page, _matter: PageContext, _storm: PageGroup) -> PagerResponse:
        return PagerResponse(AttemptStatus.DELIVERED)

    async def sync_page(self, _page: Page) -> PagerResponse:
        return PagerResponse(AttemptStatus.DELIVERED)

    async def fetch_outcome(self, _attempt: PageAttempt) -> None:
        return

    async def check_connection(self) -> None:
        return


class PagingHarness:
    """Two people on call, two escalation workers, two senders of one pager."""

    def __init__(self, store: Store, clock: SteppedClock) -> None:
        self.store, self.clock, self.bell = store, clock, FakePager()
        rules = FakeRules(CARE)
        rules.escalation = EscalationPolicy(ways=(ContactMethod.WEBHOOK,))
        matters, links = (
            PageContexts({}, lambda: "UTC", rules.get_escalation_policy),
            AckLinkBuilder(store.signing_secrets, clock),
        )
        lines = TargetResolver(rules, FakeOnCallLookup(rules), {ContactMethod.WEBHOOK})
        self.timers = [EscalationWorker(store, rules, lines, matters, clock) for _ in range(2)]
        self.senders = [PagerWorker(self.bell, store, rules, matters, links, clock) for _ in range(2)]

    async def open_page(self, number: int = 1) -> Page:
        cause = PageCause(CauseKind.DRILL, f"drill {number}")
        return await self.store.pages.open_page(open_page(cause, Severity.SEV1, "care", self.clock.now()))

    async def run_for(self) -> None:
        """All at once, as in two processes."""
        for _ in range(4):
            workers: tuple[Worker, ...] = (*self.timers, *self.senders)
            await asyncio.gather(*(worker.step() for worker in workers))


async def test_of_two_who_look_at_once_one_climbs_and_one_calls(store: Store, clock: SteppedClock) -> None:
    tower = PagingHarness(store, clock)
    pages = [await tower.open_page(number) for number in range(10)]
    await tower.run_for()
    clock.advance(minutes=5)
    await tower.run_for()
    assert sorted(tower.bell.rang) == sorted(["U0RAJ", "U0MIA"] * 10)
    found = await store.pages.find([page.id for page in pages])
    assert {page.count for page in found.values()} == {2}


async def test_a_page_that_is_opened_again_joins_the_one_that_is_there(store: Store, clock: SteppedClock) -> None:
    tower = PagingHarness(store, clock)
    first = await tower.open_page()
    await tower.run_for()
    again = await tower.open_page()
    await tower.run_for()
    assert again.id == first.id
    assert again.count == 1
    assert tower.bell.rang == ["U0RAJ"]


async def test_a_sender_that_breaks_makes_the_next_one_ring_at_once(store: Store, clock: SteppedClock) -> None:
    tower = PagingHarness(store, clock)
    tower.bell.breaks = True
    page = await tower.open_page()
    await tower.run_for()
    assert tower.bell.rang[:2] == ["U0RAJ", "U0MIA"]
    first = (await store.pages.get(page.id)).attempts[0]
    assert (first.result, first.detail) == (AttemptStatus.LATER, "an error in Earshot, see the log")


async def test_who_answers_while_the_call_is_on_its_way_is_the_last_who_is_called(
    store: Store, clock: SteppedClock
) -> None:
    tower = PagingHarness(store, clock)
    page = await tower.open_page()

    async def answers() -> None:
        at = clock.now()
        await store.pages.change(page.id, lambda now: escalation.acknowledge_page(now, "U0RAJ", "link", at), at)

    tower.bell.meanwhile = answers
    await tower.run_for()
    clock.advance(hours=1)
    await tower.run_for()
    kept = await store.pages.get(page.id)
    assert tower.bell.rang == ["U0RAJ"]
    assert (kept.acknowledged_by, kept.attempts[0].result) == ("U0RAJ", AttemptStatus.DELIVERED)
    assert not await store.outbox.list_queues()
