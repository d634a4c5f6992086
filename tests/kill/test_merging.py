"""SIGKILL at each stage of a claim with a question, of a merge and of a reopening: each is done once, as a whole."""

import asyncio

import pytest

from bot.domain.case import CaseStatus
from bot.domain.cases.intake import open_case
from bot.domain.routing import Route
from bot.store.client import RedisClient
from bot.store.keys import Keys
from bot.store.store import Store
from tests.domain.samples import CLOCKS, build_assessment
from tests.kill.crash_points import CLICK_MOMENTS, CrashPoint
from tests.kill.person_clicks import find_pair, is_claimed_anyway, is_done
from tests.kill.process_group import ProcessGroup, departments, run_process_group
from tests.kill.test_escalation import ROUNDS
from tests.kill.test_kill import LONGEST, count_changes
from tests.workers.numbered_mentions import build_numbered_mention

WAVE = 6
"""Pairs of cases that are opened at a time."""
LATE: tuple[list[str], ...] = ([], ["claimed"], ["merged"])
"""What may follow a reopening: somebody had read the case before it was merged, and does once what they meant to."""


def list_steps(number: int) -> list[str]:
    """Return what is done to the second case of a pair, in order."""
    return ["claimed"] * is_claimed_anyway(number) + ["merged"] + ["reopened"] * (number % 2)


async def open_pair(group: ProcessGroup, number: int) -> None:
    """Open two cases of one person."""
    department, at = group.config.departments[0], group.clock.now()
    route = Route(name="all", when={}, to=department.name, clocks=CLOCKS)
    assessment = build_assessment("intent:complaint", "subject:Northwind", "sentiment:negative")
    for name in (2 * number, 2 * number + 1):
        post = build_numbered_mention(name, author=f"@p{number}")
        await group.store.cases.commit(open_case(post, assessment, route, department, at), at)


async def is_idle(store: Store, count: int) -> bool:
    pairs = [await find_pair(store, number) for number in range(count)]
    return all(pair and is_done(number, pair[1]) for number, pair in enumerate(pairs))


@pytest.mark.timeout(LONGEST + 60)
async def test_cases_of_a_person_are_claimed_merged_and_reopened_once_whichever_process_dies_when(
    store: Store, client: RedisClient, keys: Keys, redis_url: str, brand: str
) -> None:
    among, count = departments(1, on_call=("U0ANA", "U0RAJ")), 0
    async with run_process_group(store, redis_url, brand, times=1, among=among, clicks=True) as group:
        group.plans.extend(CrashPoint(moment, nth) for nth in range(1, ROUNDS // 2 + 1) for moment in CLICK_MOMENTS)
        deaths = len(group.plans)
        async with asyncio.timeout(LONGEST):
            while group.died.total() < deaths or not await is_idle(store, count):
                await group.restart_dead()
                if await is_idle(store, count):
                    for number in range(count, count + WAVE):
                        await open_pair(group, number)
                    count += WAVE
        await group.kill_all()
        assert set(CLICK_MOMENTS) <= set(group.died)
    done = {what: await count_changes(client, keys, what) for what in ("claimed", "merged", "reopened")}
    for number in range(count):
        pair = await find_pair(store, number)
        assert pair is not None
        first, second = pair
        is_back = not second.merged_into
        steps, expected = [event.what for event in second.history[1:]], list_steps(number)
        assert steps[: len(expected)] == expected
        assert steps[len(expected) :] in (LATE if number % 2 else [[]])
        assert [counts[first.id] for counts in done.values()] == [1, steps.count("merged"), 0]
        assert [counts[second.id] for counts in done.values()] == [steps.count(what) for what in done]
        assert (first.status, first.joined_count, second.joined_count) == (CaseStatus.CLAIMED, not is_back, 0)
        held = [one.id for one in await store.cases.load_joined(first.id)]
        assert held == ([] if is_back else [second.mention.id])
        others = [one.id for one in await store.persons.list_open_cases(first, first.opened_at)]
        assert others == ([second.id] if is_back else [])
