"""Rate limit of connections to X, and exponential backoff with jitter between attempts."""

from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta

from bot.clock import Clock
from bot.sources.x_errors import XApiError

WINDOW = timedelta(minutes=15)
CONNECTS = 45
"""X allows 50 in a window; a few are left for a process that takes over."""

FIRST = 1.0  # seconds
LONGEST, LONGEST_NETWORK = 320.0, 30.0  # longer after errors of X than of the network, as X advises
BUSY = 60.0  # X's advice after a 429 that names no time
DENIED = 900.0  # a person must act first; a retry each 15 min finds out that they did
UNTIL_RESET = timedelta(hours=1)  # windows of X last 15 minutes; a wrong clock may show more
USUAL = 3
"""X disconnects many times a day: only reported after more failures in a row than this."""
STEADY = timedelta(minutes=1)
"""A connection that lasted this long was healthy, and resets the number of tries."""


class Backoff:
    """Limits the connections of one stream, and waits between them."""

    def __init__(self, clock: Clock, jitter: Callable[[], float]) -> None:
        self._clock = clock
        self._jitter = jitter
        self._connects: deque[datetime] = deque(maxlen=CONNECTS)
        self.tries = 0
        """Attempts since the last healthy connection."""

    async def wait_turn(self) -> None:
        """Wait until one more connection is within the rate limit."""
        if len(self._connects) == CONNECTS:
            over = self._connects[0] + WINDOW - self._clock.now()
            if over > timedelta(0):
                await self._clock.sleep(over.total_seconds())
        self._connects.append(self._clock.now())

    async def wait_retry(self, fault: XApiError) -> None:
        """Wait after the end of a connection."""
        if self._connects and self._clock.now() - self._connects[-1] >= STEADY:
            self.tries = 0
        await self._clock.sleep(compute_backoff(fault, self.tries, self._jitter(), self._clock.now()))
        self.tries += 1


def compute_backoff(fault: XApiError, tries: int, jitter: float, now: datetime) -> float:
    """Return the seconds to wait, always more than 0.

    They double with each try, with jitter from half to the whole. A 429 waits for its reset, an exceeded quota for
    its end.
    """
    share = 0.5 + jitter / 2
    if fault.until:
        return max((fault.until - now).total_seconds(), 0.0) + 60 * share
    if fault.is_denied:
        return DENIED * share
    doubled = min(LONGEST if fault.status else LONGEST_NETWORK, FIRST * 2.0 ** min(tries, 20))
    if fault.status != 429:
        return doubled * share
    named = min(fault.reset - now, UNTIL_RESET).total_seconds() if fault.reset else BUSY
    return max(named, doubled) + share
