"""Slack's limits, as far as all of our processes together have used them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from bot.store.case_writer import to_ms
from bot.store.client import parse_int
from bot.store.repository import RedisStore

CLOCK_STEP = 25_000
"""Milliseconds. Clocks of two machines differ by less; one that jumps back by more was set."""


class RateLimit(NamedTuple):
    """`capacity` calls at once, one more regained every `refill_interval`."""

    name: str
    capacity: int
    refill_interval: timedelta


class RateLimitStore(RedisStore):
    async def try_acquire(self, limits: Sequence[RateLimit], at: datetime) -> timedelta:
        """Take one call from each; zero if it may be made now, else how long to wait, and nothing was taken."""
        keys = [
            key for limit in limits for key in (self._keys.bucket_key(limit.name), self._keys.paused_key(limit.name))
        ]
        args: list[str | int | float] = [to_ms(at)]
        for limit in limits:
            args += (limit.capacity, limit.refill_interval.total_seconds() * 1000)
        return timedelta(milliseconds=int(await self._client.run_script("spend", keys, args)))

    async def record_response(self, limit: RateLimit, at: datetime) -> None:
        """Of a limit of one call at a time: the next one counts from Slack's answer, not from when we set out.

        A call that was slow to leave would else arrive closer to the next than Slack allows.
        """
        await self._client.execute(
            "SET", self._keys.bucket_key(limit.name), f"{limit.capacity - 1} {to_ms(at)}", "EX", 120
        )

    async def pause_limit(self, name: str, until: datetime, at: datetime) -> None:
        """Send nothing under this limit until then: Slack said so, or it is not well. A longer wait stays."""
        if (await self.list_paused([name], at)).get(name, timedelta()) >= until - at:
            return
        length = max(1, to_ms(until) - to_ms(at))
        await self._client.execute(
            "SET", self._keys.paused_key(name), f"{to_ms(until)} {to_ms(at)}", "PX", length + 60_000
        )

    async def list_paused(self, names: Sequence[str], at: datetime) -> dict[str, timedelta]:
        """Those of these that are parked, and for how long still."""
        if not names:
            return {}
        values = await self._client.execute("MGET", *[self._keys.paused_key(name) for name in names])
        left = {
            name: _compute_remaining_ms(value, to_ms(at)) for name, value in zip(names, values, strict=True) if value
        }
        return {name: timedelta(milliseconds=wait) for name, wait in left.items() if wait > 0}


def _compute_remaining_ms(parked: str, at: int) -> int:
    """As `try_acquire.lua` has it: what was parked by a clock that has been set back since is not waited for."""
    until, _, since = parked.partition(" ")
    return 0 if (parse_int(since) or 0) > at + CLOCK_STEP else (parse_int(until) or at) - at
