"""SIGSTOP of the sender between reading a record and posting: the process that wakes finds that another has sent it.

These wait in real time, for other processes.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable

import pytest

from bot.domain.case import derive_case_id
from bot.store.store import Store
from tests.kill.crash_points import CrashPoint
from tests.kill.process_group import ProcessGroup, departments, run_process_group
from tests.workers.numbered_mentions import build_numbered_mention

ROUNDS = int(os.environ.get("STOPS", "3"))
"""Stops at each moment; `STOPS=50` takes some minutes."""
LONGEST = 60.0 * (ROUNDS + 1)
LEASE_OVER = 1.5
"""Real seconds; a lease of these processes is one second long."""
SETTLED = 0.6
"""Real seconds in which one who wakes does what it was about to do."""


async def until(there: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(30):
        while not await there():  # noqa: ASYNC110 - other processes have no event to wait for
            await asyncio.sleep(0.02)


async def stop_once(group: ProcessGroup, number: int, moment: str) -> int:
    """One sender stands still at this moment until another has its lease. Says how often the card was posted."""
    case = derive_case_id(f"x:{number}")

    async def stands() -> bool:
        return bool(group.list_stopped())

    async def posted() -> bool:
        return group.count_messages()[case] > 0

    group.plans.append(CrashPoint(moment, 1, stops=True))
    await group.start()
    await group.store.inbox.admit(
        "x", [build_numbered_mention(number, subjects=("d00",))], str(number), group.clock.now()
    )
    await until(stands)
    await group.start()
    if moment == "begun:before":
        await until(posted)
    else:  # begun in writing: the other waits for the answer, longer than any lease
        await asyncio.sleep(LEASE_OVER)
    group.resume_stopped()
    await until(posted)
    await asyncio.sleep(SETTLED)
    await until(group.is_idle)
    await group.kill_all()
    return group.count_messages()[case]


@pytest.mark.timeout(LONGEST)
@pytest.mark.parametrize("moment", ["begun:before", "begun:after", "post:before", "post:after"])
async def test_no_case_has_two_cards_though_the_sender_stood_still_before_it_posted(
    store: Store, redis_url: str, brand: str, moment: str
) -> None:
    async with run_process_group(store, redis_url, brand, times=4, among=departments(1)) as group:
        assert [await stop_once(group, number, moment) for number in range(ROUNDS)] == [1] * ROUNDS
