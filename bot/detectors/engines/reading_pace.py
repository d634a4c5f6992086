"""How fast a slow model reads, and whether it can read what waits in time."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

PATIENCE = 5.0
"""Seconds that posts may wait for a slow model. While more wait than it reads in this time, the light model reads."""
NEWEST_SHARE = 0.2
"""Weight of the last run in the mean."""
SLOWEST = 0.1
"""Seconds for a post that are believed at most: a machine that slept must not stop the slow model for good."""


class ReadingPace:
    def __init__(self, seconds_per_post: float, read_timer: Callable[[], float] = time.perf_counter) -> None:
        """`seconds_per_post`: what is expected before the first run."""
        self.seconds_per_post = seconds_per_post
        self._read_timer = read_timer

    def can_read(self, waiting: int) -> bool:
        """Return whether so many posts are read within `PATIENCE`."""
        return waiting * self.seconds_per_post <= PATIENCE

    @contextmanager
    def measure(self, posts: int) -> Iterator[None]:
        """Measure how long these posts take: on the wall, since that is how long others wait."""
        began = self._read_timer()
        yield
        if posts:
            newest = min((self._read_timer() - began) / posts, SLOWEST)
            self.seconds_per_post += NEWEST_SHARE * (newest - self.seconds_per_post)
