"""The two times of a demo: a day that runs as fast as one likes, and one that is played without waiting."""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta


class FastClock:
    """The day's own time, `speed` times as fast as ours; 0 stands still. Whoever sleeps wakes by the day's time."""

    def __init__(self, start: datetime, speed: float, real: Callable[[], float] = time.monotonic) -> None:
        self._real = real
        self._at = start
        self._since = real()
        self._speed = speed
        self._changed = asyncio.Event()

    @property
    def speed(self) -> float:
        return self._speed

    def now(self) -> datetime:
        return self._at + timedelta(seconds=(self._real() - self._since) * self._speed)

    def set_speed(self, speed: float) -> None:
        """From now on; those who sleep reckon anew."""
        self._at, self._since = self.now(), self._real()
        self._speed = speed
        self._changed.set()
        self._changed = asyncio.Event()

    async def sleep(self, seconds: float) -> None:
        until = self.now() + timedelta(seconds=seconds)
        await asyncio.sleep(0)
        while (left := (until - self.now()).total_seconds()) > 0:
            with suppress(TimeoutError):
                async with asyncio.timeout(left / self._speed if self._speed else None):
                    await self._changed.wait()


class ManualClock:
    """Stands still until it is put on."""

    def __init__(self, start: datetime) -> None:
        self._at = start

    def now(self) -> datetime:
        return self._at

    def advance_to(self, to: datetime) -> None:
        self._at = max(self._at, to)

    async def sleep(self, seconds: float) -> None:  # noqa: ARG002 - nobody waits on a day that is played at once
        await asyncio.sleep(0)
