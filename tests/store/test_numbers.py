"""What counts is kept by Redis, and anybody may have written over it: what is no number is passed over."""

from datetime import timedelta

import pytest

from bot.domain.commits import DurationKind
from bot.domain.periods import TimeSpan
from bot.domain.read_budget import ReadCounts
from bot.domain.reports.report import TallyKey
from bot.store.client import parse_counts
from bot.store.keys import format_day, join_field
from bot.store.rate_limits import RateLimit
from bot.store.store import Store
from bot.web.health_endpoints import read_system_status
from tests.clock import SteppedClock

ODD = ("junk", "1.5", "", "9" * 30)


@pytest.mark.parametrize("odd", ODD)
async def test_a_time_that_is_no_number_does_not_keep_the_state_from_being_told(
    odd: str, store: Store, clock: SteppedClock
) -> None:
    await store.client.execute("HSET", store.keys.source_activity, "x", odd, "web", "1")
    await store.client.execute("HSET", store.keys.schedule_gaps, "x", odd)
    await store.client.execute("SET", store.keys.last_spike_check, odd)
    assert await store.inbox.load_source_activity() == {"web": 1}
    assert (await read_system_status(store, {}, clock.now())).ready
    assert await store.schedule_gaps.load_reported() == {}


@pytest.mark.parametrize("odd", ODD)
async def test_reports_add_up_what_is_a_number_in_a_field_of_ours(odd: str, store: Store, clock: SteppedClock) -> None:
    at, keys, call = clock.now(), store.keys, store.client.execute
    span = TimeSpan(at.replace(hour=0, minute=0), at.replace(hour=0, minute=0) + timedelta(days=1))
    good = TallyKey("app", "care", "negative", "complaint")
    for name, value in (
        (join_field("0", *good), 2),
        (join_field("1", *good), odd),
        (join_field("9", *good), 1),
        ("x", 1),
        ("a|b", 1),
    ):
        await call("HSET", keys.tally_key(at), name, value)
    await call("SET", keys.tally_key(at - timedelta(hours=1)), "x")
    await call(
        "HSET",
        keys.resolutions_key(format_day(at)),
        join_field("0", "care", "solved"),
        1,
        join_field("1", "care", "solved"),
        odd,
        "x",
        1,
    )
    await call(
        "RPUSH", keys.durations_key(format_day(at), "care", DurationKind.CLAIM), "0|12.5", "0|junk", "0|nan", "junk"
    )
    [tally] = await store.report_counters.load_tallies(span)
    assert tally[good] == 2
    assert (await store.report_counters.count_resolutions(span))["care", "solved"] == 1
    assert (await store.report_counters.load_durations(span, ["care"]))["care", DurationKind.CLAIM] == [12.5]


@pytest.mark.parametrize("odd", ODD)
async def test_counters_judgements_and_reads_pass_over_what_is_no_number(
    odd: str, store: Store, clock: SteppedClock
) -> None:
    at, keys, call = clock.now(), store.keys, store.client.execute
    await call("HSET", keys.mention_counters, "seen", 1, "spam", odd)
    await call("HSET", keys.precision_key(format_day(at)), "all", 3, "all wrong", odd)
    await call("HSET", keys.reads_key("x", at), "posts", odd, "users", 4)
    await call("HSET", keys.read_totals, join_field("x", "posts"), odd, join_field("x", "users"), 4, "x", 1)
    assert (await store.mention_counters.read()).seen == 1
    assert (await store.corrections.load_precision(at, 2))["all"] == 3
    assert await store.reads.load_month("x", at) == ReadCounts(0, 4)
    assert await store.reads.load_totals() == {"x": ReadCounts(0, 4)}


@pytest.mark.parametrize("odd", [*ODD, "- 1", "1 x", "1.2.3 5"])
async def test_a_limit_whose_bucket_is_none_of_ours_is_a_full_one(odd: str, store: Store, clock: SteppedClock) -> None:
    limit = RateLimit("post", 1, timedelta(seconds=1))
    await store.client.execute("SET", store.keys.bucket_key("post"), odd)
    await store.client.execute("SET", store.keys.paused_key("post"), f"x{odd}")
    assert not await store.rate_limits.try_acquire([limit], clock.now())
    assert await store.rate_limits.try_acquire([limit], clock.now())
    assert await store.rate_limits.list_paused(["post"], clock.now()) == {}


def test_counts_are_those_fields_that_hold_a_number_redis_could_count() -> None:
    assert parse_counts(["a", "1", "b", "x", "c", "-2", "d", "9" * 5000]) == {"a": 1, "c": -2}
