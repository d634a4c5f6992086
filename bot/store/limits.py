"""Slack's limits, as far as all of our processes together have used them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from bot.store.client import Client, whole
from bot.store.keys import Keys
from bot.store.writing import ms

CLOCK_STEP = 25_000
"""Milliseconds. Clocks of two machines differ by less; one that jumps back by more was set."""


class Limit(NamedTuple):
    """`size` calls at once, one more regained every `regain`."""

    name: str
    size: int
    regain: timedelta


class Limits:
    def __init__(self, client: Client, keys: Keys) -> None:
        self._client = client
        self._keys = keys

    async def spend(self, limits: Sequence[Limit], at: datetime) -> timedelta:
        """Take one call from each; zero if it may be made now, else how long to wait, and nothing was taken."""
        keys = [key for limit in limits for key in (self._keys.bucket(limit.name), self._keys.parked(limit.name))]
        args: list[str | int | float] = [ms(at)]
        for limit in limits:
            args += (limit.size, limit.regain.total_seconds() * 1000)
        return timedelta(milliseconds=int(await self._client.script("spend", keys, args)))

    async def answered(self, limit: Limit, at: datetime) -> None:
        """Of a limit of one call at a time: the next one counts from Slack's answer, not from when we set out.

        A call that was slow to leave would else arrive closer to the next than Slack allows.
        """
        await self._client.call("SET", self._keys.bucket(limit.name), f"{limit.size - 1} {ms(at)}", "EX", 120)

    async def park(self, name: str, until: datetime, at: datetime) -> None:
        """Send nothing under this limit until then: Slack said so, or it is not well. A longer wait stays."""
        if (await self.parked([name], at)).get(name, timedelta()) >= until - at:
            return
        length = max(1, ms(until) - ms(at))
        await self._client.call("SET", self._keys.parked(name), f"{ms(until)} {ms(at)}", "PX", length + 60_000)

    async def parked(self, names: Sequence[str], at: datetime) -> dict[str, timedelta]:
        """Those of these that are parked, and for how long still."""
        if not names:
            return {}
        values = await self._client.call("MGET", *[self._keys.parked(name) for name in names])
        left = {name: _left(value, ms(at)) for name, value in zip(names, values, strict=True) if value}
        return {name: timedelta(milliseconds=wait) for name, wait in left.items() if wait > 0}


def _left(parked: str, at: int) -> int:
    """As `spend.lua` has it: what was parked by a clock that has been set back since is not waited for."""
    until, _, since = parked.partition(" ")
    return 0 if (whole(since) or 0) > at + CLOCK_STEP else (whole(until) or at) - at
