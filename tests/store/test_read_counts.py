"""What an outlet bills, counted by day, month, and in all."""

import asyncio
from datetime import UTC, datetime, timedelta, timezone

from bot.domain.read_budget import ReadCounts, ReadIds, ReadTotals
from bot.store.client import RedisClient
from bot.store.keys import Keys
from bot.store.store import Store
from bot.web.health_endpoints import BrandHealth
from bot.web.metrics_endpoint import render_metrics

LATE = datetime(2026, 11, 30, 23, 59, tzinfo=UTC)


def ids(posts: int = 0, users: int = 0, start: int = 0) -> ReadIds:
    post_ids, user_ids = range(start, start + posts), range(start, start + users)
    return ReadIds(frozenset(map(str, post_ids)), frozenset(map(str, user_ids)))


async def test_reads_are_counted_by_the_day_and_the_month_of_utc(store: Store) -> None:
    await store.reads.add_reads("x", ids(3, 2), LATE - timedelta(days=1))
    assert await store.reads.add_reads("x", ids(5, 1), LATE) == ReadTotals(ReadCounts(5, 1), ReadCounts(8, 3))
    assert await store.reads.add_reads("x", ids(), LATE) == ReadTotals(ReadCounts(5, 1), ReadCounts(8, 3))
    assert await store.reads.add_reads("x", ids(1, 1), LATE + timedelta(minutes=2)) == ReadTotals(
        ReadCounts(1, 1), ReadCounts(1, 1)
    )
    await store.reads.add_reads("y", ids(7, 0), LATE)
    assert await store.reads.load_totals() == {"x": ReadCounts(9, 4), "y": ReadCounts(7, 0)}


async def test_prometheus_reads_how_many_posts_and_users_x_has_given(store: Store) -> None:
    await store.reads.add_reads("x", ids(5, 1), LATE)
    body, _ = await render_metrics({"": BrandHealth(store)}, LATE)
    assert b"earshot_x_posts_read_total 5.0" in body
    assert b"earshot_x_users_read_total 1.0" in body


async def test_an_id_counts_once_within_a_day_of_utc_whichever_process_reads_it_and_again_on_the_next(
    store: Store,
) -> None:
    there = LATE.astimezone(timezone(timedelta(hours=9)))
    both = [store.reads.add_reads("x", ids(8, 1), LATE), store.reads.add_reads("x", ids(8, 1), there)]
    await asyncio.gather(*both)
    assert await store.reads.add_reads("x", ids(9, 2), LATE) == ReadTotals(ReadCounts(9, 2), ReadCounts(9, 2))
    assert await store.reads.add_reads("x", ids(9, 2), LATE - timedelta(days=1)) == ReadTotals(
        ReadCounts(9, 2), ReadCounts(18, 4)
    )
    assert await store.reads.load_totals() == {"x": ReadCounts(18, 4)}


async def test_ids_are_kept_for_two_days_at_most(store: Store, keys: Keys, client: RedisClient) -> None:
    await store.reads.add_reads("x", ids(1, 1), LATE)
    for kind in ("posts", "users"):
        assert 0 < await client.execute("TTL", keys.read_ids_key("x", LATE, kind)) <= 2 * 86_400
