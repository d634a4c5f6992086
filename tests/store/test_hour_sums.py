"""Sums of hours say what the counters say, whatever is counted later, and are read in their place."""

import itertools
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.domain.assessment import Intent
from bot.domain.cases.intake import count_only
from bot.domain.periods import HOUR, QUARTER, TimeSpan
from bot.domain.reports.report import ReportQuery, SentimentCounts, TallyKey
from bot.domain.reports.rolled_days import compute_hours_start, find_local_day, list_counter_days
from bot.store.client import RedisClient
from bot.store.hour_sums import HourSumStore
from bot.store.keys import Keys, join_field
from bot.store.report_counters import ReportCounterStore
from bot.store.store import Store
from bot.workers.counter_rolling import CounterRollWorker
from tests.clock import SteppedClock
from tests.store.test_report_counters import build_assessment, commit_cases, mention
from tests.workers.fake_rules import FakeRules

NOW = datetime(2026, 11, 29, 16, 40, tzinfo=UTC)
ZONES = ("Europe/Lisbon", "Asia/Kathmandu", "Australia/Lord_Howe", "America/New_York")
SENTIMENTS = ("negative", "neutral", "positive", "unsure")
NAMES = st.sampled_from(("Northwind", "North|wind", "100 %", "*", "Skylark", ""))
COUNTS = st.lists(
    st.tuples(
        st.integers(0, 34 * 96),
        NAMES,
        st.sampled_from(["care", "pr|x"]),
        st.sampled_from(SENTIMENTS),
        st.sampled_from(Intent),
    ),
    max_size=30,
)
_numbers = itertools.count()


async def count(client: RedisClient, keys: Keys, at: datetime, key: TallyKey) -> None:
    """Count as commits of an earlier release do, which know nothing of sums."""
    await client.execute("HINCRBY", keys.tally_key(at), join_field(at.minute // 15, *key), 1)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    said=COUNTS,
    late=COUNTS,
    subject=NAMES,
    department=st.sampled_from(["", "", "care"]),
    zone=st.sampled_from(ZONES),
    edges=st.lists(st.tuples(st.integers(0, 34 * 96), st.integers(0, 8 * 96)), min_size=1, max_size=4),
)
async def test_each_span_has_the_same_counts_with_sums_as_without(
    client: RedisClient,
    brand: str,
    said: list[tuple[int, str, str, str, Intent]],
    late: list[tuple[int, str, str, str, Intent]],
    subject: str,
    department: str,
    zone: str,
    edges: list[tuple[int, int]],
) -> None:
    keys, first = Keys(f"{brand}-{next(_numbers)}"), NOW.replace(minute=30)
    sums, counters = HourSumStore(client, keys), ReportCounterStore(client, keys)
    query = ReportQuery(subject=subject, department=department)
    spans = [TimeSpan(first - start * QUARTER, first - (start - length) * QUARTER) for start, length in edges]
    rolled = list_counter_days(spans, NOW, ZoneInfo(zone))
    await counters.add_hours(await counters.list_old_hours(NOW, ZoneInfo(zone)), NOW, ZoneInfo(zone))
    for group in (said, late):
        for quarters, about, to, sentiment, intent in group:
            at = first - quarters * QUARTER
            await client.execute("DEL", keys.hour_sums_key(at))
            await count(client, keys, at, TallyKey(about, to, sentiment, intent.value))
        tallies = await counters.load_tallies(*spans, rolled=rolled, query=query)
        expected = [SentimentCounts.from_tally(one, {"Skylark"}) for one in tallies]
        for _ in range(2):
            found = await counters.load_sentiments(*spans, rolled=rolled, query=query)
            assert [SentimentCounts.from_tally(one, {"Skylark"}) for one in found] == expected
            await sums.make(await sums.list_hours_without(NOW, ZoneInfo(zone)))
        assert not await sums.list_hours_without(NOW, ZoneInfo(zone))


async def make_sums(store: Store, clock: SteppedClock) -> int:
    hours = await store.hour_sums.list_hours_without(clock.now(), ZoneInfo("UTC"))
    await store.hour_sums.make(hours)
    return len(hours)


async def count_negative(store: Store, clock: SteppedClock) -> int:
    span = TimeSpan(clock.now() - 2 * HOUR, clock.now() + HOUR)
    [found] = await store.report_counters.load_sentiments(span)
    return SentimentCounts.from_tally(found).negative


async def test_whatever_a_commit_counts_later_removes_the_sums_of_its_hour_alone(
    store: Store, clock: SteppedClock
) -> None:
    at = clock.now().replace(minute=0)
    for hours in (1, 2):
        said = mention(at - hours * HOUR)
        await commit_cases(store.client, store.keys, count_only(said, build_assessment(), at), at=at)
    assert await make_sums(store, clock) == 2
    assert await count_negative(store, clock) == 2
    await commit_cases(store.client, store.keys, count_only(mention(at - HOUR), build_assessment(), at), at=at)
    assert await store.client.execute("EXISTS", store.keys.hour_sums_key(at - HOUR)) == 0
    assert await store.client.execute("EXISTS", store.keys.hour_sums_key(at - 2 * HOUR)) == 1
    assert await count_negative(store, clock) == 3
    assert await make_sums(store, clock) == 1
    assert await count_negative(store, clock) == 3


async def test_only_hours_that_are_over_and_have_counters_get_sums(store: Store, clock: SteppedClock) -> None:
    clock.advance(minutes=-clock.now().minute - 1)
    key = TallyKey("Northwind", "care", "negative", "complaint")
    await count(store.client, store.keys, clock.now(), key)
    assert await make_sums(store, clock) == 0
    clock.advance(minutes=1)
    assert await make_sums(store, clock) == 1


async def test_sums_go_with_their_hour_when_it_is_added_to_its_day(client: RedisClient, keys: Keys) -> None:
    zone, counters = ZoneInfo("UTC"), ReportCounterStore(client, keys)
    old = compute_hours_start(NOW, zone) - HOUR
    await count(client, keys, old, TallyKey("Northwind", "care", "negative", "complaint"))
    await HourSumStore(client, keys).make([old])
    await counters.add_hours(await counters.list_old_hours(NOW, zone), NOW, zone)
    assert await client.execute("EXISTS", keys.hour_sums_key(old)) == 0
    day = find_local_day(old, zone)
    [found] = await counters.load_sentiments(day.span, rolled=[day])
    assert SentimentCounts.from_tally(found).negative == 1


async def test_an_hour_of_a_day_that_may_be_rolled_is_counted_once(client: RedisClient, keys: Keys) -> None:
    zone, counters = ZoneInfo("Asia/Kathmandu"), ReportCounterStore(client, keys)
    day = find_local_day(compute_hours_start(NOW, zone), zone)
    edges = (day.span.start, day.span.start - QUARTER, day.span.end - QUARTER, day.span.end)
    for at in edges:
        await count(client, keys, at, TallyKey("Northwind", "care", "negative", Intent.COMPLAINT))
        await count(client, keys, at, TallyKey("Northwind", "care", "negative", Intent.SPAM))
    await HourSumStore(client, keys).make(list(day.span.list_hours()))
    spans = (day.span, TimeSpan(day.span.start - HOUR, day.span.end + HOUR))
    found = await counters.load_sentiments(*spans, rolled=list_counter_days(spans, NOW, zone))
    split = [SentimentCounts.from_tally(one) for one in found]
    assert [(one.negative, one.spam) for one in split] == [(2, 2), (4, 4)]


@pytest.mark.parametrize("junk", ["junk", "1,2,3", ",".join("x" * 20)])
async def test_sums_that_somebody_wrote_over_are_passed_over_for_the_counters(
    store: Store, clock: SteppedClock, junk: str
) -> None:
    at = clock.now() - HOUR
    await count(store.client, store.keys, at, TallyKey("Northwind", "care", "negative", "complaint"))
    await make_sums(store, clock)
    await store.client.execute("HSET", store.keys.hour_sums_key(at), "Northwind", junk)
    assert await count_negative(store, clock) == 1
    await store.client.execute("SET", store.keys.hour_sums_key(at), junk)
    assert await count_negative(store, clock) == 1


async def test_what_is_no_counter_and_what_is_no_hash_are_left_out_of_the_sums(
    store: Store, clock: SteppedClock
) -> None:
    at = clock.now() - HOUR
    tally = store.keys.tally_key(at)
    await count(store.client, store.keys, at, TallyKey("Northwind", "care", "negative", "complaint"))
    await store.client.execute("HSET", tally, "0|junk", "5", "0|a|b|negative|x", "many", "no counter", "7")
    await store.client.execute(
        "HSET", tally, "0|Northwind|care|negative|complaint|later part", "2", "1|Northwind|care|negative|spam", "4"
    )
    await store.client.execute("SET", store.keys.tally_key(at - HOUR), "not ours")
    await store.hour_sums.make([at, at - HOUR])
    assert await count_negative(store, clock) == 3
    assert await store.client.execute("EXISTS", store.keys.hour_sums_key(at - HOUR)) == 0


async def test_the_worker_makes_the_sums_of_each_hour_soon_after_its_end(store: Store, clock: SteppedClock) -> None:
    worker = CounterRollWorker(store, FakeRules(), clock)
    for hours in range(1, 4):
        key = TallyKey("Northwind", "care", "negative", "complaint")
        await count(store.client, store.keys, clock.now() - hours * HOUR, key)
    assert [await worker.step() for _ in range(3)] == [2, 1, 0]
    await count(store.client, store.keys, clock.now(), TallyKey("Northwind", "care", "negative", "complaint"))
    clock.advance(timedelta(minutes=60))
    assert [await worker.step() for _ in range(2)] == [1, 0]
