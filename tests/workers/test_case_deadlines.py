"""Timers: every rung once, whoever climbs it, however late."""

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
from tests.domain.made import context
from tests.rota import ListedRota
from tests.workers.desk import Desk

ONCE = {"opened": 1, "reminded the channel": 1, "called <@U0RAJ>": 1, "called <@U0MIA>": 1}


async def events(desk: Desk) -> Counter[str]:
    reply = await desk.store.client.execute("XRANGE", desk.store.keys.audit, "-", "+")
    return Counter(dict(zip(fields[::2], fields[1::2], strict=True))["what"] for _, fields in reply)


def pair(desk: Desk) -> list[DeadlineWorker]:
    return [DeadlineWorker(desk.store, desk.rules, desk.rota, desk.clock) for _ in range(2)]


async def test_two_who_watch_one_case_climb_each_rung_once(desk: Desk) -> None:
    await desk.hears(1)
    both = pair(desk)
    for _ in range(60):
        await asyncio.gather(*(timers.step() for timers in both))
        desk.clock.wind(minutes=1)
    assert await events(desk) == ONCE


async def test_after_a_night_without_timers_each_rung_is_climbed_once_and_late(desk: Desk) -> None:
    await desk.hears(1)
    (timers, _) = pair(desk)
    desk.clock.wind(hours=9)
    for _ in range(60):
        await timers.step()
        desk.clock.wind(minutes=1)
    assert await events(desk) == ONCE


async def test_a_claimed_case_climbs_no_further(desk: Desk) -> None:
    (case,) = await desk.hears(1)
    (timers, _) = pair(desk)
    desk.clock.wind(minutes=16)
    await timers.step()
    await desk.claims(case)
    desk.clock.wind(minutes=14)
    await timers.step()
    assert not any(what.startswith("called") for what in await events(desk))


async def test_a_claim_that_is_forgotten_goes_back_once(desk: Desk) -> None:
    (case,) = await desk.hears(1)
    await desk.claims(case)
    both = pair(desk)
    for _ in range(35):
        await asyncio.gather(*(timers.step() for timers in both))
        desk.clock.wind(minutes=1)
    found = await events(desk)
    assert (found["reminded <@U0ANA>"], found["lease ran out"]) == (1, 1)


async def test_a_resolved_case_has_no_clock_left(desk: Desk) -> None:
    (case,) = await desk.hears(1)
    at = desk.clock.now()
    await desk.store.cases.change(
        case.id, lambda c: resolve_case(c, context("U0ANA", at), CaseResolution.FIXED, ""), at
    )
    desk.clock.wind(days=30)
    assert await pair(desk)[0].step() == 0


async def test_the_deadline_of_a_case_that_is_gone_is_forgotten(desk: Desk, client: RedisClient, keys: Keys) -> None:
    (case,) = await desk.hears(1)
    await client.execute("DEL", keys.case_key(case.id))
    desk.clock.wind(hours=1)
    (timers, _) = pair(desk)
    await timers.step()
    assert await timers.step() == 0


async def test_a_case_whose_department_lost_its_people_stops_the_clocks_of_no_other(desk: Desk) -> None:
    await desk.hears(1)
    await desk.hears(2, subjects=("sales",))
    desk.rules.known = tuple(department for department in desk.rules.known if department.name == "sales")
    desk.clock.wind(hours=2)
    (timers, _) = pair(desk)
    for _ in range(10):
        await timers.step()
    assert (await events(desk))["reminded the channel"] == 2
    assert await timers.step() == 0


async def test_hundreds_that_are_due_at_once_are_all_rung(desk: Desk) -> None:
    desk.rules.clocks = CaseClocks(claim_within=timedelta(minutes=5))
    await desk.hears(*range(250))
    desk.clock.wind(minutes=5)
    (timers, _) = pair(desk)
    while await timers.step():
        pass
    assert (await events(desk))["reminded the channel"] == 250
    assert desk.rota.asked == 3, "once for each hundred, as a schedule has to be read and painted"


class BrokenFor(ListedRota):
    """Of whom sales has on call nothing can be said."""

    async def find_on_call(self, department: str, at: datetime) -> OnCallSnapshot:
        if department == "sales":
            raise ZeroDivisionError
        return await super().find_on_call(department, at)


async def test_a_case_whose_clock_cannot_be_rung_stops_no_other_and_is_tried_again_later(desk: Desk) -> None:
    for number in range(3):
        await desk.hears(number, subjects=["sales"])
    await desk.hears(9)
    rota = BrokenFor(desk.rules)
    timers = DeadlineWorker(desk.store, desk.rules, rota, desk.clock)
    desk.clock.wind(minutes=16)
    await timers.step()
    assert await events(desk) == {"opened": 4, "reminded the channel": 1}
    assert await timers.step() == 0
    timers = DeadlineWorker(desk.store, desk.rules, desk.rota, desk.clock)
    await timers.step()
    assert (await events(desk))["reminded the channel"] == 4
