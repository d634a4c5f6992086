"""Cases of the previous release are put into the indexes once after a start, and again while one may still run."""

from bot.store.store import Store
from bot.workers.case_indexes import REPEAT_AFTER, CaseIndexWorker
from tests.clock import SteppedClock
from tests.store.test_case_queues import build_case, save
from tests.workers.fake_rules import FakeRules


async def test_each_department_is_restored_once_and_again_after_an_hour(store: Store, clock: SteppedClock) -> None:
    rules = FakeRules()
    worker = CaseIndexWorker(store, rules, clock)
    await save(store, clock, build_case(1, clock, "U0ANA"))
    claimed = store.keys.claimed_cases_key("care")
    for _ in range(2):
        await store.client.execute("DEL", claimed)
        steps = [await worker.step() for _ in range(len(rules.list_departments()) + 1)]
        assert steps == [1] * len(rules.list_departments()) + [0]
        assert await store.client.execute("SMEMBERS", claimed) == ["case00001"]
        clock.advance(REPEAT_AFTER)
