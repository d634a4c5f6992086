"""The two times of a demo: a day that runs fast, and one that is played without waiting."""

import asyncio
import time
from datetime import datetime, timedelta


class FastClock:
    """The day's own time, `speed` times as fast as ours."""

    def __init__(self, start: datetime, speed: float) -> None:
        self._start = start
        self._speed = speed
        self._began = time.monotonic()

    def now(self) -> datetime:
        return self._start + timedelta(seconds=(time.monotonic() - self._began) * self._speed)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(max(0.0, seconds) / self._speed)


class SteppedClock:
    """Stands still until it is put on."""

    def __init__(self, start: datetime) -> None:
        self._at = start

    def now(self) -> datetime:
        return self._at

    def put_on(self, to: datetime) -> None:
        self._at = max(self._at, to)

    async def sleep(self, seconds: float) -> None:  # noqa: ARG002 - nobody waits on a day that is played at once
        await asyncio.sleep(0)
