"""Cases of the previous release are put into the indexes after a start, and again when it can no longer run."""

from bot.store.store import Store
from bot.workers.case_indexes import PASSES, REPEAT_AFTER, CaseIndexWorker
from tests.clock import SteppedClock
from tests.store.test_case_queues import build_case, save
from tests.workers.fake_rules import FakeRules


async def test_each_department_is_restored_after_the_start_and_once_more(store: Store, clock: SteppedClock) -> None:
    rules = FakeRules()
    worker = CaseIndexWorker(store, rules, clock)
    await save(store, clock, build_case(1, clock, "U0ANA"))
    claimed = store.keys.claimed_cases_key("care")
    for _ in range(PASSES):
        await store.client.execute("DEL", claimed)
        steps = [await worker.step() for _ in range(len(rules.list_departments()) + 1)]
        assert steps == [1] * len(rules.list_departments()) + [0]
        assert await store.client.execute("ZRANGE", claimed, 0, -1) == ["case00001"]
        clock.advance(REPEAT_AFTER)
    assert await worker.step() == 0


async def test_a_department_with_many_cases_takes_several_steps(store: Store, clock: SteppedClock) -> None:
    worker = CaseIndexWorker(store, FakeRules(), clock)
    await save(store, clock, *(build_case(number, clock, "U0ANA") for number in range(600)))
    await store.client.execute("DEL", store.keys.claimed_cases_key("care"))
    steps = 0
    while await worker.step():
        steps += 1
    assert steps > len(FakeRules().list_departments()) + 2
    assert await store.client.execute("ZCARD", store.keys.claimed_cases_key("care")) == 600
