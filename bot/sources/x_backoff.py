"""How often X may be asked: never at once again, never more than X allows, and never all of us at the same moment."""

from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta

from bot.clock import Clock
from bot.sources.x_errors import XApiError

WINDOW = timedelta(minutes=15)
CONNECTS = 45
"""X allows 50 in a window; a few are left for the process that takes over from us."""

FIRST = 1.0  # seconds
LONGEST, LONGEST_UNSAID = 320.0, 30.0  # X's advice is patience with its errors, less with those of the network
BUSY = 60.0  # X's advice after a 429 that names no time
DENIED = 900.0  # a person must act first; asking four times an hour finds out that they did
UNTIL_RESET = timedelta(hours=1)  # no window of X is longer than 15 minutes; a clock that is wrong may say so
USUAL = 3
"""X hangs up, and is away for a moment, many times a day: only said aloud after so many tries in a row."""
STEADY = timedelta(minutes=1)
"""A connection that lasted this long was well, and what follows begins a new row of tries."""


class Backoff:
    """Of one stream: its connections, and the pauses between them."""

    def __init__(self, clock: Clock, jitter: Callable[[], float]) -> None:
        self._clock = clock
        self._jitter = jitter
        self._connects: deque[datetime] = deque(maxlen=CONNECTS)
        self.tries = 0
        """Since a connection last was well."""

    async def wait_turn(self) -> None:
        """Waits until one more connection is within what X allows."""
        if len(self._connects) == CONNECTS:
            over = self._connects[0] + WINDOW - self._clock.now()
            if over > timedelta(0):
                await self._clock.sleep(over.total_seconds())
        self._connects.append(self._clock.now())

    async def wait_retry(self, fault: XApiError) -> None:
        """After a connection, however it ended."""
        if self._connects and self._clock.now() - self._connects[-1] >= STEADY:
            self.tries = 0
        await self._clock.sleep(compute_backoff(fault, self.tries, self._jitter(), self._clock.now()))
        self.tries += 1


def compute_backoff(fault: XApiError, tries: int, jitter: float, now: datetime) -> float:
    """Seconds, never none. Doubles with each try; from half of it to the whole, by chance; a 429 by X's own word.

    A used-up quota is waited for, however long that is.
    """
    share = 0.5 + jitter / 2
    if fault.until:
        return max((fault.until - now).total_seconds(), 0.0) + 60 * share
    if fault.is_denied:
        return DENIED * share
    doubled = min(LONGEST if fault.status else LONGEST_UNSAID, FIRST * 2.0 ** min(tries, 20))
    if fault.status != 429:
        return doubled * share
    named = min(fault.reset - now, UNTIL_RESET).total_seconds() if fault.reset else BUSY
    return max(named, doubled) + share
