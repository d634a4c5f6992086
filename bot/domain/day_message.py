"""The message of the day: what a manager wants the owners of a department's cases to know until it ends."""

from collections.abc import Callable
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

    def copy_with_text(self, change: Callable[[str], str]) -> "DayMessage | None":
        """Return it with other words, or None if it has none then."""
        replaced = self.replaced.copy_with_text(change) if self.replaced else None
        text = change(self.text)
        return self.copy_with(text=text, replaced=replaced) if text else None

    def is_running(self, at: datetime) -> bool:
        return self.since <= at < self.until
