"""A wait that ends by itself where the clock is set back: what began in the future is not waited for."""

from datetime import UTC, datetime
from typing import NamedTuple

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


class PauseWindow(NamedTuple):
    since: datetime = _LONG_AGO
    until: datetime = _LONG_AGO

    def is_active(self, at: datetime) -> bool:
        return self.since <= at < self.until
