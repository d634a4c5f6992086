"""The message of the day: what a manager wants the owners of a department's cases to know until it ends."""

from datetime import datetime, timedelta

from bot.domain.immutable import FrozenModel

MAX_WORDS = 300
LONGEST = timedelta(days=7)


class DayMessage(FrozenModel):
    """One for each department. `replaced` is the one before it, for *Undo*."""

    department: str
    text: str
    by: str
    since: datetime
    until: datetime
    replaced: "DayMessage | None" = None

    @property
    def ref(self) -> str:
        """Names this message and no later one of its department."""
        return f"{self.department}/{self.by}-{self.since.timestamp():.6f}"

    def is_running(self, at: datetime) -> bool:
        return self.since <= at < self.until
