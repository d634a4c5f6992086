"""Deadlines: every step once, by whichever worker, however late."""

import asyncio
from collections import Counter
from datetime import datetime, timedelta

from bot.domain.case import CaseResolution
from bot.domain.cases.transitions import resolve_case
from bot.domain.oncall.on_call import OnCallSnapshot
from bot.domain.routing import CaseClocks
from bot.store.client import RedisClient
from bot.store.keys import Keys
from bot.workers.case_deadlines import DeadlineWorker
from tests.domain.samples import build_context
from tests.fake_on_call import FakeOnCallLookup, ListedStaff
from tests.workers.delivery_harness import DeliveryHarness

ONCE = {"opened": 1, "reminded the channel": 1, "called <@U0RAJ>": 1, "called <@U0MIA>": 1}


async def events(harness: DeliveryHarness) -> Counter[str]:
    reply = await harness.store.client.execute("XRANGE", harness.store.keys.audit, "-", "+")
    return Counter(dict(zip(fields[::2], fields[1::2], strict=True))["what"] for _, fields in reply)


def pair(harness: DeliveryHarness) -> list[DeadlineWorker]:
    return [harness.start_timers() for _ in range(2)]


async def test_two_who_watch_one_case_take_each_escalation_step_once(harness: DeliveryHarness) -> None:
    await harness.open_cases(1)
    both = pair(harness)
    for _ in range(60):
        await asyncio.gather(*(timers.step() for timers in both))
        harness.clock.advance(minutes=1)
    assert await events(harness) == ONCE


async def test_after_a_night_without_timers_each_escalation_step_happens_once_and_late(
    harness: DeliveryHarness,
) -> None:
    await harness.open_cases(1)
    (timers, _) = pair(harness)
    harness.clock.advance(hours=9)
    for _ in range(60):
        await timers.step()
        harness.clock.advance(minutes=1)
    assert await events(harness) == ONCE


async def test_a_claimed_case_climbs_no_further(harness: DeliveryHarness) -> None:
    (case,) = await harness.open_cases(1)
    (timers, _) = pair(harness)
    harness.clock.advance(minutes=16)
    await timers.step()
    await harness.claim(case)
    harness.clock.advance(minutes=14)
    await timers.step()
    assert not any(what.startswith("called") for what in await events(harness))


async def test_a_claim_that_is_forgotten_goes_back_once(harness: DeliveryHarness) -> None:
    (case,) = await harness.open_cases(1)
    await harness.claim(case)
    both = pair(harness)
    for _ in range(35):
        await asyncio.gather(*(timers.step() for timers in both))
        harness.clock.advance(minutes=1)
    found = await events(harness)
    assert (found["reminded <@U0ANA>"], found["lease ran out"]) == (1, 1)


async def test_a_resolved_case_has_no_clock_left(harness: DeliveryHarness) -> None:
    (case,) = await harness.open_cases(1)
    at = harness.clock.now()
    await harness.store.cases.change(
        case.id, lambda c: resolve_case(c, build_context("U0ANA", at), CaseResolution.FIXED, ""), at
    )
    harness.clock.advance(days=30)
    assert await pair(harness)[0].step() == 0


async def test_the_deadline_of_a_case_that_is_gone_is_forgotten(
    harness: DeliveryHarness, client: RedisClient, keys: Keys
) -> None:
    (case,) = await harness.open_cases(1)
    await client.execute("DEL", keys.case_key(case.id))
    harness.clock.advance(hours=1)
    (timers, _) = pair(harness)
    await timers.step()
    assert await timers.step() == 0


async def test_a_case_whose_department_lost_its_people_stops_the_clocks_of_no_other(harness: DeliveryHarness) -> None:
    await harness.open_cases(1)
    await harness.open_cases(2, subjects=("sales",))
    harness.rules.known = tuple(department for department in harness.rules.known if department.name == "sales")
    harness.clock.advance(hours=2)
    (timers, _) = pair(harness)
    for _ in range(10):
        await timers.step()
    assert (await events(harness))["reminded the channel"] == 2
    assert await timers.step() == 0


async def test_hundreds_that_are_due_at_once_are_all_handled(harness: DeliveryHarness) -> None:
    harness.rules.clocks = CaseClocks(claim_within=timedelta(minutes=5))
    await harness.open_cases(*range(250))
    harness.clock.advance(minutes=5)
    (timers, _) = pair(harness)
    while await timers.step():
        pass
    assert (await events(harness))["reminded the channel"] == 250
    assert harness.on_call.asked == 3, "once for each hundred, as a schedule has to be read and painted"


class BrokenFor(FakeOnCallLookup):
    """Of whom sales has on call nothing can be said."""

    async def find_on_call(self, department: str, at: datetime) -> OnCallSnapshot:
        if department == "sales":
            raise ZeroDivisionError
        return await super().find_on_call(department, at)


async def test_a_case_whose_deadline_cannot_be_applied_stops_no_other_and_is_tried_again_later(
    harness: DeliveryHarness,
) -> None:
    for number in range(3):
        await harness.open_cases(number, subjects=["sales"])
    await harness.open_cases(9)
    rota = BrokenFor(harness.rules)
    timers = DeadlineWorker(harness.store, harness.rules, rota, ListedStaff(), harness.clock)
    harness.clock.advance(minutes=16)
    await timers.step()
    assert await events(harness) == {"opened": 4, "reminded the channel": 1}
    assert await timers.step() == 0
    timers = harness.start_timers()
    await timers.step()
    assert (await events(harness))["reminded the channel"] == 4
