"""A clock by which nobody sleeps."""

import asyncio

from tests.clock import SteppedClock


class RecordingClock(SteppedClock):
    """Notes how long everybody sleeps, and lets nobody sleep."""

    def __init__(self) -> None:
        super().__init__()
        self.lengths: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.lengths.append(seconds)
        await asyncio.sleep(0)
