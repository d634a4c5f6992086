"""Slack's limits: never more than they say, in any window, by any number of us, whatever our clocks say."""

import asyncio
import itertools
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.store.client import RedisClient
from bot.store.keys import Keys
from bot.store.rate_limits import RateLimit, RateLimitStore
from bot.store.store import Store
from tests.clock import SteppedClock

NOTHING = timedelta()
WINDOW = timedelta(minutes=1)
_numbers = itertools.count()
START = datetime(2026, 3, 10, tzinfo=UTC)
STEPS = st.lists(st.tuples(st.integers(0, 20_000), st.booleans()), min_size=1, max_size=80)
"""Milliseconds from one call to the next, and which of two of us calls."""
DIFFER = st.integers(0, 20_000)
"""Milliseconds by which the clock of the second is behind."""


@settings(max_examples=60, deadline=None)
@given(size=st.integers(1, 8), regain=st.sampled_from([125, 700, 1250, 1500, 10_000]), steps=STEPS, differ=DIFFER)
def test_no_minute_has_more_calls_than_the_limit_allows(
    redis_url: str, size: int, regain: int, steps: list[tuple[int, bool]], differ: int
) -> None:
    limit = RateLimit("l", size, timedelta(milliseconds=regain))

    async def granted() -> list[datetime]:
        client = RedisClient(redis_url)
        limits = RateLimitStore(client, Keys(f"limits{next(_numbers)}"))
        at, found = START, []
        for step, second in steps:
            at += timedelta(milliseconds=step)
            said = at - timedelta(milliseconds=differ) if second else at
            if await limits.try_acquire([limit], said) == NOTHING:
                found.append(at)
        await client.close()
        return found

    times = asyncio.run(granted())
    most = int(size + WINDOW / limit.refill_interval)
    assert all(sum(start <= at <= start + WINDOW for at in times) <= most for start in times)


async def test_a_bucket_lends_its_size_at_once_and_then_one_by_one(store: Store, clock: SteppedClock) -> None:
    limit = RateLimit("l", 3, timedelta(seconds=2))
    assert [await store.rate_limits.try_acquire([limit], clock.now()) for _ in range(4)] == [NOTHING] * 3 + [
        timedelta(seconds=2)
    ]
    assert await store.rate_limits.try_acquire([limit], clock.advance(seconds=2)) == NOTHING
    assert await store.rate_limits.try_acquire([limit], clock.now()) == timedelta(seconds=2)


async def test_who_waits_as_long_as_he_was_told_may_call(store: Store, clock: SteppedClock) -> None:
    limit = RateLimit("l", 1, timedelta(milliseconds=1250))
    await store.rate_limits.try_acquire([limit], clock.now())
    wait = await store.rate_limits.try_acquire([limit], clock.advance(milliseconds=333))
    assert await store.rate_limits.try_acquire([limit], clock.advance(wait)) == NOTHING


async def test_a_call_that_one_limit_refuses_takes_nothing_from_the_other(store: Store, clock: SteppedClock) -> None:
    wide, narrow = RateLimit("wide", 2, timedelta(seconds=60)), RateLimit("narrow", 1, timedelta(seconds=60))
    assert await store.rate_limits.try_acquire([wide, narrow], clock.now()) == NOTHING
    assert await store.rate_limits.try_acquire([wide, narrow], clock.now()) > NOTHING
    assert await store.rate_limits.try_acquire([wide], clock.now()) == NOTHING


async def test_what_is_parked_is_closed_until_its_time_and_open_then(store: Store, clock: SteppedClock) -> None:
    limit = RateLimit("l", 5, timedelta(seconds=1))
    await store.rate_limits.pause_limit("l", clock.now() + timedelta(seconds=30), clock.now())
    assert await store.rate_limits.try_acquire([limit], clock.now()) == timedelta(seconds=30)
    assert await store.rate_limits.list_paused(["l", "other"], clock.now()) == {"l": timedelta(seconds=30)}
    assert await store.rate_limits.try_acquire([limit], clock.advance(seconds=30)) == NOTHING
    assert await store.rate_limits.list_paused(["l"], clock.now()) == {}


async def test_a_shorter_parking_does_not_end_a_longer_one(store: Store, clock: SteppedClock) -> None:
    at = clock.now()
    await store.rate_limits.pause_limit("l", at + timedelta(seconds=60), at)
    await store.rate_limits.pause_limit("l", at + timedelta(seconds=2), at)
    assert await store.rate_limits.list_paused(["l"], at) == {"l": timedelta(seconds=60)}


async def test_two_who_share_a_limit_share_its_calls(client: RedisClient, keys: Keys, clock: SteppedClock) -> None:
    one, other = RateLimitStore(client, keys), RateLimitStore(client, keys)
    limit = RateLimit("l", 5, timedelta(minutes=1))
    waits = await asyncio.gather(*(who.try_acquire([limit], clock.now()) for who in (one, other) for _ in range(5)))
    assert waits.count(NOTHING) == 5


async def test_after_the_clock_was_set_back_a_bucket_goes_on_from_now(store: Store, clock: SteppedClock) -> None:
    limit = RateLimit("l", 1, timedelta(milliseconds=1250))
    await store.rate_limits.try_acquire([limit], clock.now())
    clock.advance(hours=-1)

    assert await store.rate_limits.try_acquire([limit], clock.now()) == limit.refill_interval
    assert await store.rate_limits.try_acquire([limit], clock.advance(milliseconds=1250)) == NOTHING
    assert await store.rate_limits.try_acquire([limit], clock.now()) == limit.refill_interval


async def test_a_pause_that_began_before_the_clock_was_set_back_is_over(store: Store, clock: SteppedClock) -> None:
    limit = RateLimit("l", 1, timedelta(milliseconds=1250))
    await store.rate_limits.pause_limit("l", clock.now() + timedelta(seconds=30), clock.now())
    assert (
        await store.rate_limits.try_acquire([limit], clock.advance(seconds=-20)) > NOTHING
    )  # as the clock of another may be
    clock.advance(hours=-1)

    assert await store.rate_limits.list_paused(["l"], clock.now()) == {}
    assert await store.rate_limits.try_acquire([limit], clock.now()) == NOTHING


async def test_a_pause_that_an_older_release_wrote_is_kept(
    store: Store, client: RedisClient, clock: SteppedClock
) -> None:
    limit, until = RateLimit("l", 1, timedelta(seconds=1)), clock.now() + timedelta(seconds=30)
    await client.execute("SET", store.keys.paused_key("l"), int(until.timestamp() * 1000))

    assert await store.rate_limits.list_paused(["l"], clock.now()) == {"l": timedelta(seconds=30)}
    assert await store.rate_limits.try_acquire([limit], clock.now()) == timedelta(seconds=30)
