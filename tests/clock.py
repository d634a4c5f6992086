"""A clock that a test advances."""

import asyncio
import heapq
from datetime import UTC, datetime, timedelta


class SteppedClock:
    """Stand still until a test advances it; a sleeper wakes when its time has come."""

    def __init__(self, at: datetime | None = None) -> None:
        self._at = at or datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
        self._sleepers: list[tuple[datetime, int, asyncio.Future[None]]] = []
        self._count = 0

    def now(self) -> datetime:
        return self._at

    def seconds(self) -> float:
        return self._at.timestamp()

    async def sleep(self, seconds: float) -> None:
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        future = asyncio.get_running_loop().create_future()
        self._count += 1
        heapq.heappush(self._sleepers, (self._at + timedelta(seconds=seconds), self._count, future))
        await future

    def advance_to_next(self) -> None:
        """On to the moment for which somebody waits, if anybody does."""
        if self._sleepers:
            self.advance(self._sleepers[0][0] - self._at)

    def advance(self, by: timedelta | None = None, **units: float) -> datetime:
        """On by a span (`minutes=5`), waking everybody whose time comes, in order."""
        self._at += by or timedelta(**units)
        while self._sleepers and self._sleepers[0][0] <= self._at:
            _, _, future = heapq.heappop(self._sleepers)
            if not future.done():
                future.set_result(None)
        return self._at


class TickingClock(SteppedClock):
    """Goes on by a microsecond whenever it is read, as a real one does: what compares two readings shows."""

    def now(self) -> datetime:
        self._at += timedelta(microseconds=1)
        return self._at
