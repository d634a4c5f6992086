"""What people changed about a schedule, as it is read and as it is written."""

from datetime import datetime, timedelta
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict

from bot.domain.notification import Notification
from bot.domain.schedules.schedule import Override, Plea, Roster, Schedule, Shift

KEPT = timedelta(days=35)
"""After a change is over: as long as a calendar shows what was."""

TOLD_WITHIN = timedelta(days=1)
"""After the shift that somebody was asked about: until then the asker is told what came of it."""


class Changes(BaseModel):
    """All that differs from the playbook, oldest first, as it was read; `version` counts commits."""

    model_config = ConfigDict(frozen=True)

    version: int = 0
    overrides: tuple[Override, ...] = ()
    pleas: tuple[Plea, ...] = ()

    def override(self, change: str) -> Override | None:
        return next((one for one in self.overrides if one.id == change), None)

    def plea(self, plea: str) -> Plea | None:
        return next((one for one in self.pleas if one.id == plea), None)

    def without_the_old(self, at: datetime) -> "Changes":
        return self.model_copy(
            update={
                "overrides": tuple(one for one in self.overrides if one.end > at - KEPT),
                "pleas": tuple(one for one in self.pleas if one.end > (at - TOLD_WITHIN if one.to else at)),
            }
        )


class Known(NamedTuple):
    """A schedule, what its calendar books, and what people changed."""

    schedule: Schedule
    booked: tuple[Shift, ...]
    changes: Changes

    @property
    def roster(self) -> Roster:
        return Roster(self.schedule, tuple(one for one in self.changes.overrides if not one.undone), self.booked)


class Change(NamedTuple):
    """What one commit writes: the changes after it, who is told, and what the audit log says."""

    after: Changes
    made: tuple[Override, ...] = ()
    plea: Plea | None = None
    notifications: tuple[Notification, ...] = ()
    what: str = ""
    schedule: str = ""
    by: str = ""
