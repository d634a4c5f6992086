"""A clock that real processes share and that runs some times faster than the real one."""

import asyncio
import time
from datetime import UTC, datetime

LEAST = 0.005
"""Real seconds of any sleep, so that a loop that rests does not spin."""


class FastClock:
    def __init__(self, since: float, times: float) -> None:
        self._since, self._times = since, times

    def seconds(self) -> float:
        return self._since + (time.time() - self._since) * self._times

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.seconds(), UTC)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(max(LEAST, seconds / self._times))
