"""What an outlet bills, counted by day, month, and in all."""

from datetime import UTC, datetime, timedelta

from bot.domain.reads import Reads, ReadTotals
from bot.store.opening import Store
from bot.web.metrics import scrape

LATE = datetime(2026, 11, 30, 23, 59, tzinfo=UTC)


async def test_reads_are_counted_by_the_day_and_the_month_of_utc(store: Store) -> None:
    await store.reads.add("x", Reads(3, 2), LATE - timedelta(days=1))
    assert await store.reads.add("x", Reads(5, 1), LATE) == ReadTotals(Reads(5, 1), Reads(8, 3))
    assert await store.reads.add("x", Reads(), LATE) == ReadTotals(Reads(5, 1), Reads(8, 3))
    assert await store.reads.add("x", Reads(1, 1), LATE + timedelta(minutes=2)) == ReadTotals(Reads(1, 1), Reads(1, 1))
    await store.reads.add("y", Reads(7, 0), LATE)
    assert await store.reads.in_all() == {"x": Reads(9, 4), "y": Reads(7, 0)}


async def test_prometheus_reads_how_many_posts_and_users_x_has_given(store: Store) -> None:
    await store.reads.add("x", Reads(5, 1), LATE)
    body, _ = await scrape(store, (), LATE)
    assert b"earshot_x_posts_read_total 5.0" in body
    assert b"earshot_x_users_read_total 1.0" in body
