"""A clock that real processes share and that runs some times faster than the real one."""

import asyncio
import time
from datetime import UTC, datetime
from pathlib import Path

LEAST = 0.005
"""Real seconds of any sleep, so that a loop that rests does not spin."""
SLOW = 15
"""How much faster than the real one it runs behind a limit: the minute after a lost answer is some seconds, in which
what was sent arrives."""


class FastClock:
    def __init__(self, since: float, times: float, limit: Path | None = None) -> None:
        """`limit`: a file that says up to when it runs so fast, so that slow processes miss nothing that is due."""
        self._since, self._times, self._limit = since, times, limit

    def seconds(self) -> float:
        return self._compute(time.time())

    def _compute(self, now: float) -> float:
        if self._limit is None:
            return self._since + (now - self._since) * self._times
        at, began, limit = map(float, self._limit.read_text().split())
        fast = min(now - began, max(0.0, limit - at) / self._times)
        return at + fast * self._times + (now - began - fast) * SLOW

    def set_limit(self, limit: datetime) -> None:
        assert self._limit is not None
        now = time.time()
        at = self._compute(now) if self._limit.exists() else self._since
        written = self._limit.with_suffix(".new")
        written.write_text(f"{at} {now} {limit.timestamp()}")
        written.replace(self._limit)

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.seconds(), UTC)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(max(LEAST, seconds / self._times))
