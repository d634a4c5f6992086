"""Rate limits of Slack as token buckets that all processes share, and pauses of limits."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from bot.store.client import parse_int
from bot.store.decision_writer import to_ms
from bot.store.repository import RedisStore

CLOCK_STEP = 25_000
"""Milliseconds by which clocks of two machines may differ; one that jumps back by more was set."""


class RateLimit(NamedTuple):
    """`capacity` calls at once, one more regained every `refill_interval`."""

    name: str
    capacity: int
    refill_interval: timedelta


class RateLimitStore(RedisStore):
    async def try_acquire(self, limits: Sequence[RateLimit], at: datetime) -> timedelta:
        """Take one token from each bucket and return zero; if one is empty or paused, take none and return the wait."""
        keys: list[str] = []
        args: list[str | int | float] = [to_ms(at)]
        for limit in limits:
            keys += (self._keys.bucket_key(limit.name), self._keys.paused_key(limit.name))
            args += (limit.capacity, limit.refill_interval.total_seconds() * 1000)
        return timedelta(milliseconds=int(await self._client.run_script("spend", keys, args)))

    async def record_response(self, limit: RateLimit, at: datetime) -> None:
        """Restart the refill interval at Slack's response, for a limit of one call at a time.

        A call that was slow to leave would else arrive closer to the next than Slack allows.
        """
        body = f"{limit.capacity - 1} {to_ms(at)}"
        await self._client.execute("SET", self._keys.bucket_key(limit.name), body, "EX", 120)

    async def pause_limit(self, name: str, until: datetime, at: datetime) -> None:
        """Pause a limit, after a 429 or an outage of Slack. A pause that ends later stays."""
        if (await self.list_paused([name], at)).get(name, timedelta()) >= until - at:
            return
        ttl = max(1, to_ms(until) - to_ms(at)) + 60_000
        await self._client.execute("SET", self._keys.paused_key(name), f"{to_ms(until)} {to_ms(at)}", "PX", ttl)

    async def list_paused(self, names: Sequence[str], at: datetime) -> dict[str, timedelta]:
        """Return the remaining pause of each of these limits that is paused."""
        if not names:
            return {}
        values = await self._client.execute("MGET", *[self._keys.paused_key(name) for name in names])
        paused = [(name, value) for name, value in zip(names, values, strict=True) if value]
        left = {name: _compute_remaining_ms(value, to_ms(at)) for name, value in paused}
        return {name: timedelta(milliseconds=wait) for name, wait in left.items() if wait > 0}


def _compute_remaining_ms(paused: str, at: int) -> int:
    """Do as `spend.lua`: ignore a pause that began in the future, by a clock that was set back since."""
    until, _, since = paused.partition(" ")
    return 0 if (parse_int(since) or 0) > at + CLOCK_STEP else (parse_int(until) or at) - at
