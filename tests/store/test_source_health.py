"""How each source is doing is written with its mentions, in slots that are used again."""

from datetime import timedelta

from bot.domain.health.source_health import (
    DELAYS_KEPT,
    HOURS_KEPT,
    SourceHealth,
    SourceQuota,
    compute_delay,
    compute_rate,
)
from bot.store.store import Store
from tests.clock import SteppedClock
from tests.workers.numbered_mentions import build_numbered_mention


async def admit(store: Store, clock: SteppedClock, *numbers: int, late: float = 0) -> int:
    written = clock.now() - timedelta(seconds=late)
    mentions = [build_numbered_mention(number).copy_with(created_at=written) for number in numbers]
    return await store.inbox.admit("forum", mentions, None, clock.now())


async def test_what_comes_twice_is_counted_once(store: Store) -> None:
    clock = SteppedClock()
    assert await admit(store, clock, 1, 2, late=60) == 2
    assert await admit(store, clock, 1, 2, 3, late=60) == 1
    health = await store.source_health.load("forum")
    assert compute_rate(health, clock.now()) == 3
    assert compute_delay(health, clock.now()) == timedelta(minutes=1)
    assert len(health.delays) == 3
    assert health.started == clock.now()
    assert health.newest == clock.now() - timedelta(minutes=1)


async def test_a_source_keeps_eight_days_of_hours_and_a_number_of_delays(store: Store) -> None:
    clock = SteppedClock()
    for hour in range(HOURS_KEPT + 30):
        await admit(store, clock, hour)
        clock.advance(hours=1)
    await admit(store, clock, *range(1000, 1000 + DELAYS_KEPT * 2), late=5)
    health = await store.source_health.load("forum")
    assert len(health.hours) == HOURS_KEPT
    assert min(health.hours) == clock.now().timestamp() // 3600 - HOURS_KEPT + 1
    assert health.hours[max(health.hours)] == DELAYS_KEPT * 2
    assert [one.seconds for one in health.delays] == [5.0] * DELAYS_KEPT


async def test_a_start_and_a_quota_are_kept_and_a_source_without_mentions_is_listed(store: Store) -> None:
    clock = SteppedClock()
    quota = SourceQuota(270, 300, clock.now() + timedelta(hours=2))
    await store.source_health.record_import("rss.news", [build_numbered_mention(1)], clock.now())
    await store.source_health.save_quota("rss.news", quota)
    await store.inbox.admit("rss.news", (), "c1", clock.now())
    health = (await store.source_health.load_all())["rss.news"]
    assert (health.imported, health.imported_at, health.quota) == (1, clock.now(), quota)
    assert health.newest == build_numbered_mention(1).created_at


async def test_numbers_that_cannot_be_read_are_left_out_and_counted_again(store: Store) -> None:
    clock = SteppedClock()
    slot = f"h{int(clock.now().timestamp() // 3600) % HOURS_KEPT}"
    odd = (
        slot,
        "many",
        "d3",
        "x y",
        "newest",
        "1e99",
        "nth",
        "last",
        "started",
        "9" * 18,
        "quota",
        "1 2",
        "imported",
        "",
    )
    await store.client.execute("HSET", store.keys.source_health_key("forum"), *odd)
    assert (await store.source_health.load("forum")) == SourceHealth()
    assert await admit(store, clock, 1) == 1
    assert compute_rate(await store.source_health.load("forum"), clock.now()) == 1
