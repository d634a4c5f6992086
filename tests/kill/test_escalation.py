"""SIGKILL at every stage of an escalation, on real processes: no page is lost, and second calls are bounded.

These wait in real time, for other processes.
"""

import asyncio
import os
import random
from collections import Counter

import pytest

from bot.domain.paging.page import AttemptStatus, CauseKind, Page, PageCause, Severity, open_page
from bot.store.client import RedisClient
from bot.store.keys import Keys
from bot.store.store import Store
from bot.workers.paging.pager_worker import CONCURRENCY
from tests.kill.crash_points import PAGE_MOMENTS, CrashPoint
from tests.kill.process_group import ProcessGroup, departments, run_process_group
from tests.kill.test_kill import say
from tests.pagers.fake_services import serve_pager_services

PEOPLE = ("U0RAJ", "U0MIA")
ROUNDS = int(os.environ.get("SOAK", "4"))
"""Deaths at each of the eight moments; `make soak` asks for 200."""
LONGEST = 1800 if ROUNDS < 50 else 6 * 3600
"""Real seconds, on a machine that has other things to do."""


def a_page(number: int, group: ProcessGroup) -> Page:
    return open_page(PageCause(CauseKind.DRILL, f"drill{number}"), Severity.SEV1, "d00", group.clock.now())


async def count_calls(client: RedisClient, keys: Keys) -> Counter[tuple[str, str]]:
    """How often each step of each page happened, by the audit log."""
    lines = [dict(zip(f[::2], f[1::2], strict=True)) for _, f in await client.execute("XRANGE", keys.audit, "-", "+")]
    return Counter((line["page"], line["what"]) for line in lines if line["what"].startswith("called"))


async def run_escalations(group: ProcessGroup, deaths: int) -> list[str]:
    """A page whenever few are under way, until every death has been died and nobody is to be called any more."""
    opened: list[str] = []
    async with asyncio.timeout(LONGEST):
        while group.died.total() < deaths or not await is_finished(group):
            await group.restart_dead()
            under_way = await group.store.client.execute("ZCARD", group.store.keys.pages)
            if group.died.total() < deaths and under_way < 2 * CONCURRENCY:
                opened.append((await group.store.pages.open_page(a_page(len(opened), group))).id)
    return opened


async def is_finished(group: ProcessGroup) -> bool:
    return not await group.store.client.execute(
        "ZCARD", group.store.keys.pages
    ) and not await group.store.outbox.list_queues(1)


@pytest.mark.timeout(LONGEST)
async def test_no_page_is_lost_no_escalation_step_is_skipped_and_second_calls_are_bounded_whichever_process_dies_when(
    store: Store, client: RedisClient, keys: Keys, redis_url: str, brand: str
) -> None:
    among = departments(1, on_call=PEOPLE)
    async with (
        serve_pager_services() as services,
        run_process_group(store, redis_url, brand, times=20, among=among, pager=services.url) as group,
    ):
        plans = [CrashPoint(moment, nth) for nth in range(1, ROUNDS + 1) for moment in PAGE_MOMENTS]
        random.Random(7).shuffle(plans)
        group.plans.extend(CrashPoint(crash.moment, 1 + crash.nth % 3) for crash in plans)
        opened = await run_escalations(group, len(plans))
        assert all(group.died[moment] >= ROUNDS for moment in PAGE_MOMENTS)
        rungs, pages = await count_calls(client, keys), await store.pages.find(opened)
        rang = Counter((call["data"]["page"], call["data"]["attempt"]) for call in services.of("webhook"))

    assert set(pages) == set(opened)
    for page in pages.values():
        assert [one.person for one in page.attempts] == [*PEOPLE, *PEOPLE]
        assert all(one.result in {AttemptStatus.DELIVERED, AttemptStatus.LOST} for one in page.attempts)
        assert {rungs[page.id, f"called <@{person}>"] for person in PEOPLE} == {2}
        assert sum(rang[page.id, one.n] for one in page.attempts) > 0, "a page that rang nowhere"
    second = sum(times - 1 for times in rang.values() if times > 1)
    lost = sum(one.result is AttemptStatus.LOST for page in pages.values() for one in page.attempts)
    deaths = group.died.total()
    say(f"{deaths} deaths in {len(opened)} ladders, {second} of {rang.total()} calls rang twice, {lost} ends not known")
    assert second <= deaths * CONCURRENCY
    assert max(rang.values()) <= 2
