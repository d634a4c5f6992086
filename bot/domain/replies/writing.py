"""Who is writing a reply just now."""

from datetime import datetime, timedelta

from bot.domain.immutable import FrozenModel

WRITING_LASTS = timedelta(minutes=5)
"""After the last sign of it: Slack may not tell that a form was closed."""


class WritingRecord(FrozenModel):
    """A person has the form of a reply open; `at` is when it was last changed."""

    by: str
    at: datetime
    draft: str = ""
    """The last draft that they asked for."""
    is_draft_used: bool = False

    def is_current(self, at: datetime) -> bool:
        return at - self.at < WRITING_LASTS
