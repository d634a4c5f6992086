"""What counts is kept by Redis, and anybody may have written over it: what is no number is passed over."""

from datetime import timedelta

import pytest

from bot.domain.decision import DurationKind
from bot.domain.reads import ReadCounts
from bot.domain.report import TallyKey
from bot.domain.spans import TimeSpan
from bot.store.client import counts_in
from bot.store.keys import day_of, field
from bot.store.limits import Limit
from bot.store.opening import Store
from bot.web.health import read_state
from tests.clock import WoundClock

ODD = ("junk", "1.5", "", "9" * 30)


@pytest.mark.parametrize("odd", ODD)
async def test_a_time_that_is_no_number_does_not_keep_the_state_from_being_told(
    odd: str, store: Store, clock: WoundClock
) -> None:
    await store.client.call("HSET", store.keys.heard, "x", odd, "web", "1")
    await store.client.call("HSET", store.keys.holes, "x", odd)
    await store.client.call("SET", store.keys.watched, odd)
    assert await store.inbox.heard() == {"web": 1}
    assert (await read_state(store, {}, clock.now())).ready
    assert await store.holes.said() == {}


@pytest.mark.parametrize("odd", ODD)
async def test_reports_add_up_what_is_a_number_in_a_field_of_ours(odd: str, store: Store, clock: WoundClock) -> None:
    at, keys, call = clock.now(), store.keys, store.client.call
    span = TimeSpan(at.replace(hour=0, minute=0), at.replace(hour=0, minute=0) + timedelta(days=1))
    good = TallyKey("app", "care", "negative", "complaint")
    for name, value in ((field("0", *good), 2), (field("1", *good), odd), (field("9", *good), 1), ("x", 1), ("a|b", 1)):
        await call("HSET", keys.tally(at), name, value)
    await call("SET", keys.tally(at - timedelta(hours=1)), "x")
    await call(
        "HSET", keys.ended(day_of(at)), field("0", "care", "solved"), 1, field("1", "care", "solved"), odd, "x", 1
    )
    await call("RPUSH", keys.took(day_of(at), "care", DurationKind.CLAIM), "0|12.5", "0|junk", "0|nan", "junk")
    [tally] = await store.tallies.read(span)
    assert tally[good] == 2
    assert (await store.tallies.ended(span))["care", "solved"] == 1
    assert (await store.tallies.took(span, ["care"]))["care", DurationKind.CLAIM] == [12.5]


@pytest.mark.parametrize("odd", ODD)
async def test_books_judgements_and_reads_pass_over_what_is_no_number(
    odd: str, store: Store, clock: WoundClock
) -> None:
    at, keys, call = clock.now(), store.keys, store.client.call
    await call("HSET", keys.books, "seen", 1, "spam", odd)
    await call("HSET", keys.judged(day_of(at)), "all", 3, "all wrong", odd)
    await call("HSET", keys.reads("x", at), "posts", odd, "users", 4)
    await call("HSET", keys.read_in_all, field("x", "posts"), odd, field("x", "users"), 4, "x", 1)
    assert (await store.books.read()).seen == 1
    assert (await store.corrections.judged(at, 2))["all"] == 3
    assert await store.reads.of_month("x", at) == ReadCounts(0, 4)
    assert await store.reads.in_all() == {"x": ReadCounts(0, 4)}


@pytest.mark.parametrize("odd", [*ODD, "- 1", "1 x", "1.2.3 5"])
async def test_a_limit_whose_bucket_is_none_of_ours_is_a_full_one(odd: str, store: Store, clock: WoundClock) -> None:
    limit = Limit("post", 1, timedelta(seconds=1))
    await store.client.call("SET", store.keys.bucket("post"), odd)
    await store.client.call("SET", store.keys.parked("post"), f"x{odd}")
    assert not await store.limits.spend([limit], clock.now())
    assert await store.limits.spend([limit], clock.now())
    assert await store.limits.parked(["post"], clock.now()) == {}


def test_counts_are_those_fields_that_hold_a_number_redis_could_count() -> None:
    assert counts_in(["a", "1", "b", "x", "c", "-2", "d", "9" * 5000]) == {"a": 1, "c": -2}
