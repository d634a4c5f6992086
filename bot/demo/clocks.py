"""The clocks of the demo: one that runs faster than real time, and one that is advanced by hand."""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta


class FastClock:
    """A clock that runs `speed` times as fast as real time; 0 stops it. Sleeps last in its own time."""

    def __init__(self, start: datetime, speed: float, real: Callable[[], float] = time.monotonic) -> None:
        self._real, self._speed = real, speed
        self._at, self._since = start, real()
        self._changed = asyncio.Event()

    @property
    def speed(self) -> float:
        return self._speed

    def now(self) -> datetime:
        return self._at + timedelta(seconds=(self._real() - self._since) * self._speed)

    def set_speed(self, speed: float) -> None:
        """Change the speed; sleepers recompute what is left."""
        self._at, self._since = self.now(), self._real()
        self._speed = speed
        self._changed.set()
        self._changed = asyncio.Event()

    def advance_to(self, to: datetime) -> None:
        """Jump ahead while the clock stands, and wake nobody: whoever advances it does what is due."""
        self._at, self._since = max(self.now(), to), self._real()

    async def sleep(self, seconds: float) -> None:
        until = self.now() + timedelta(seconds=seconds)
        await asyncio.sleep(0)
        while (left := (until - self.now()).total_seconds()) > 0:
            with suppress(TimeoutError):
                async with asyncio.timeout(left / self._speed if self._speed else None):
                    await self._changed.wait()


class ManualClock:
    """A clock that stands still until it is advanced."""

    def __init__(self, start: datetime) -> None:
        self._at = start

    def now(self) -> datetime:
        return self._at

    def advance_to(self, to: datetime) -> None:
        self._at = max(self._at, to)

    async def sleep(self, seconds: float) -> None:  # noqa: ARG002 - a day that is played at once does not wait
        await asyncio.sleep(0)
