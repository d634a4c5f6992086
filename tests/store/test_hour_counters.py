"""Hours of counters that are older than a month are added to the brand's days, and no figure changes by it."""

import asyncio
import itertools
from collections import Counter
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.domain.periods import HOUR, TimeSpan
from bot.domain.reports.export_rows import ExportKind
from bot.domain.reports.report import EVERYTHING, ReportQuery, TallyKey
from bot.domain.reports.rolled_days import (
    HOURS_KEPT,
    compute_hours_start,
    find_local_day,
    has_counters,
    list_counter_days,
)
from bot.domain.reports.theme_figures import compute_theme_figures
from bot.domain.themes import ThemeKey, ThemeRegister
from bot.store.client import RedisClient
from bot.store.export_rows import iter_export_rows
from bot.store.hour_counters import HourCounterStore
from bot.store.keys import Keys, join_field
from bot.store.report_counters import ReportCounterStore
from bot.store.store import Store
from bot.workers.counter_rolling import CounterRollWorker
from tests.clock import SteppedClock
from tests.workers.fake_rules import FakeRules

NOW = datetime(2026, 11, 29, 16, 40, tzinfo=UTC)
ZONES = ("Europe/Lisbon", "Asia/Kathmandu", "Australia/Lord_Howe", "America/New_York", "UTC")
_numbers = itertools.count()
KEY = TallyKey("North|wind", "care", "negative", "complaint")


async def count(client: RedisClient, keys: Keys, said: datetime, times: int = 1, key: TallyKey = KEY) -> None:
    await client.execute("HINCRBY", keys.tally_key(said), join_field(said.minute // 15, *key), times)


async def read(client: RedisClient, keys: Keys, *spans: TimeSpan, zone: str) -> list[dict[TallyKey, int]]:
    rolled = list_counter_days(spans, NOW, ZoneInfo(zone))
    return [dict(one) for one in await ReportCounterStore(client, keys).load_tallies(*spans, rolled=rolled)]


async def roll(client: RedisClient, keys: Keys, zone: str) -> int:
    counters = HourCounterStore(client, keys)
    return await counters.add_hours(await counters.list_old_hours(NOW, ZoneInfo(zone)), NOW, ZoneInfo(zone))


NAMES = st.sampled_from(("Northwind", "wind", "North|wind", "*", "a[b]?", "100 %", "\\", ""))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    said=st.lists(st.tuples(st.integers(0, 60 * 24), NAMES, NAMES.filter(bool)), max_size=40),
    subject=NAMES,
    department=NAMES,
)
async def test_one_subject_or_department_is_read_as_if_all_were_read_and_the_others_left_out(
    client: RedisClient, brand: str, said: list[tuple[int, str, str]], subject: str, department: str
) -> None:
    keys, query = Keys(f"{brand}-{next(_numbers)}"), ReportQuery(subject=subject, department=department)
    for hours, about, to in said:
        at, key = NOW - timedelta(hours=hours), KEY._replace(subject=about, department=to)
        await count(client, keys, at, key=key)
        theme = join_field(at.minute // 15, "delay|x", about, to, "negative")
        await client.execute("HINCRBY", keys.themes_key(at), theme, 1)
    await roll(client, keys, "Asia/Kathmandu")
    counters = ReportCounterStore(client, keys)
    day = find_local_day(NOW - timedelta(days=50), ZoneInfo("Asia/Kathmandu")).span
    span = TimeSpan(day.start, NOW + HOUR)
    rolled = list_counter_days([span], NOW, ZoneInfo("Asia/Kathmandu"))
    [everything], [found] = [await counters.load_tallies(span, rolled=rolled, query=one) for one in (EVERYTHING, query)]
    assert found == {key: n for key, n in everything.items() if query.includes_key(key)}
    [themes] = await counters.load_themes(span, rolled=rolled)
    [included] = await counters.load_themes(span, rolled=rolled, query=query)
    assert included == {key: n for key, n in themes.items() if query.includes_key(key)}


async def test_a_key_of_another_type_is_passed_over_when_one_subject_is_asked_for(
    client: RedisClient, keys: Keys
) -> None:
    await count(client, keys, NOW)
    await client.execute("SET", keys.tally_key(NOW - HOUR), "not ours")
    query, span = ReportQuery(subject="North|wind"), TimeSpan(NOW - 2 * HOUR, NOW + HOUR)
    assert await ReportCounterStore(client, keys).load_tallies(span, query=query) == [{KEY: 1}]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    said=st.lists(st.tuples(st.integers(0, 60 * 96), st.sampled_from(["care", "pr|x"])), max_size=40),
    late=st.lists(st.tuples(st.integers(0, 60 * 96), st.sampled_from(["care", "pr|x"])), max_size=10),
    zone=st.sampled_from(ZONES),
    first=st.integers(20, 60),
    days=st.integers(1, 40),
)
async def test_whole_days_have_the_same_figures_before_and_after_and_with_late_counts(
    client: RedisClient,
    brand: str,
    said: list[tuple[int, str]],
    late: list[tuple[int, str]],
    zone: str,
    first: int,
    days: int,
) -> None:
    keys = Keys(f"{brand}-{len(said)}-{first}-{days}-{zone}")
    for name in [one async for one in client.scan_keys(keys.root)]:
        await client.execute("DEL", name)
    start = find_local_day(NOW - timedelta(days=first), ZoneInfo(zone)).span.start
    end = find_local_day(start + timedelta(days=days, hours=6), ZoneInfo(zone)).span.start
    spans = [TimeSpan(start, end), find_local_day(NOW - timedelta(days=first), ZoneInfo(zone)).span]
    expected = [Counter[TallyKey]() for _ in spans]
    for group in (said, late):
        for quarters, department in group:
            at = NOW.replace(minute=30) - quarters * timedelta(minutes=15)
            key = KEY._replace(department=department)
            await count(client, keys, at, key=key)
            for nth, span in enumerate(spans):
                expected[nth][key] += at in span
        wanted = [{key: n for key, n in one.items() if n} for one in expected]
        assert await read(client, keys, *spans, zone=zone) == wanted
        await roll(client, keys, zone)
        assert await read(client, keys, *spans, zone=zone) == wanted
        assert await roll(client, keys, zone) == 0


async def test_an_hour_in_two_local_days_is_divided_by_its_quarters(client: RedisClient, keys: Keys) -> None:
    midnight = find_local_day(NOW - timedelta(days=40), ZoneInfo("Asia/Kathmandu")).span.start
    assert midnight.minute == 15
    await count(client, keys, midnight - timedelta(minutes=15), 2)
    await count(client, keys, midnight, 3)
    assert await roll(client, keys, "Asia/Kathmandu") == 1
    days = [find_local_day(midnight - HOUR, ZoneInfo("Asia/Kathmandu")).span]
    days.append(find_local_day(midnight, ZoneInfo("Asia/Kathmandu")).span)
    assert await read(client, keys, *days, zone="Asia/Kathmandu") == [{KEY: 2}, {KEY: 3}]
    assert not await client.execute("EXISTS", keys.tally_key(midnight))


async def test_themes_are_added_up_in_the_same_way(client: RedisClient, keys: Keys) -> None:
    day = find_local_day(NOW - timedelta(days=40), ZoneInfo("UTC"))
    theme = ThemeKey("baggage", "Northwind", "care", "negative")
    await client.execute("HINCRBY", keys.themes_key(day.span.start), join_field(2, *theme[:4]), 4)
    assert await roll(client, keys, "UTC") == 1
    assert await ReportCounterStore(client, keys).load_themes(day.span, rolled=[day]) == [{theme: 4}]


async def test_the_export_and_the_list_of_themes_know_days_that_were_added_up(store: Store) -> None:
    day = find_local_day(NOW - timedelta(days=40), ZoneInfo("UTC"))
    await count(store.client, store.keys, day.span.start, 3)
    theme = ThemeKey("baggage", "Northwind", "care", "negative")
    await store.client.execute("HINCRBY", store.keys.themes_key(day.span.start), join_field(2, *theme[:4]), 4)
    await roll(store.client, store.keys, "UTC")
    rows = [row async for row in iter_export_rows(store, ExportKind.TALLIES, day.span, ZoneInfo("UTC"))]
    assert [row["count"] for row in rows if row] == [3]
    counts = await store.report_counters.load_themes(day.span, rolled=[day])
    [figures] = compute_theme_figures(counts[0], ThemeRegister())
    assert (figures.name, figures.mentions) == ("baggage", 4)


async def test_two_processes_at_once_add_each_hour_once(client: RedisClient, keys: Keys) -> None:
    day = find_local_day(NOW - timedelta(days=50), ZoneInfo("UTC")).span
    for hour in day.list_hours():
        await count(client, keys, hour)
    counters, zone = HourCounterStore(client, keys), ZoneInfo("UTC")
    hours = await counters.list_old_hours(NOW, zone)
    done = await asyncio.gather(counters.add_hours(hours, NOW, zone), counters.add_hours(hours, NOW, zone))
    assert sum(done) == len(hours) == 24
    assert await read(client, keys, day, zone="UTC") == [{KEY: 24}]


async def test_a_store_that_refuses_the_first_write_keeps_the_hour(client: RedisClient, keys: Keys) -> None:
    day = find_local_day(NOW - timedelta(days=50), ZoneInfo("UTC"))
    await count(client, keys, day.span.start, 5)
    await client.execute("SET", keys.rolled_tally_key(day.name), "somebody wrote over it")
    with pytest.raises(Exception, match="WRONGTYPE"):
        await roll(client, keys, "UTC")
    assert await read(client, keys, day.span, zone="UTC") == [{KEY: 5}]
    await client.execute("DEL", keys.rolled_tally_key(day.name))
    assert await roll(client, keys, "UTC") == 1
    assert await read(client, keys, day.span, zone="UTC") == [{KEY: 5}]


async def test_counters_of_the_last_month_keep_their_hours_and_days_expire(client: RedisClient, keys: Keys) -> None:
    zone = ZoneInfo("Europe/Lisbon")
    start = compute_hours_start(NOW, zone)
    assert start == datetime(2026, 10, 29, tzinfo=UTC)
    await count(client, keys, start)
    await count(client, keys, start - HOUR)
    await client.execute("HSET", keys.tally_key(start - HOUR), "0|junk", "x", "no counter", "7")
    assert await roll(client, keys, "Europe/Lisbon") == 1
    assert await client.execute("EXISTS", keys.tally_key(start))
    kept = int(await client.execute("TTL", keys.rolled_tally_key("20261028")))
    assert timedelta(days=368) <= timedelta(seconds=kept) <= timedelta(days=369)


def test_of_more_than_a_month_ago_only_whole_days_can_be_counted() -> None:
    zone = ZoneInfo("Asia/Kathmandu")
    day = find_local_day(NOW - timedelta(days=40), zone).span
    assert has_counters(day, NOW, zone)
    assert not has_counters(TimeSpan(day.start + HOUR, day.end), NOW, zone)
    assert not has_counters(TimeSpan(day.start, day.end - HOUR), NOW, zone)
    assert has_counters(TimeSpan(NOW - HOURS_KEPT + timedelta(days=1), NOW), NOW, zone)


async def test_the_worker_adds_up_what_is_old_and_looks_again_after_an_hour(store: Store, clock: SteppedClock) -> None:
    worker = CounterRollWorker(store, FakeRules(), clock)
    old = clock.now() - timedelta(days=60)
    for nth in range(3):
        await count(store.client, store.keys, old + nth * HOUR)
    assert [await worker.step() for _ in range(3)] == [2, 1, 0]
    await count(store.client, store.keys, old)
    assert await worker.step() == 0
    clock.advance(HOUR)
    assert await worker.step() == 1
