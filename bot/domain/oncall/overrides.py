"""Overrides of a schedule, as read and as written."""

from datetime import datetime, timedelta
from typing import NamedTuple

from bot.domain.immutable import FrozenModel
from bot.domain.oncall.schedule import CoverRequest, Override, Schedule, ScheduleRoster, Shift
from bot.domain.outbox import Notification

OVERRIDE_RETENTION = timedelta(days=35)
"""After its end: calendars show the past for as long."""

REQUEST_RETENTION = timedelta(days=1)
"""After the end of the shift."""


class ScheduleOverrides(FrozenModel):
    """All differences from the playbook, oldest first; `version` counts commits."""

    version: int = 0
    overrides: tuple[Override, ...] = ()
    pleas: tuple[CoverRequest, ...] = ()

    def find_override(self, change: str) -> Override | None:
        return next((one for one in self.overrides if one.id == change), None)

    def find_request(self, plea: str) -> CoverRequest | None:
        return next((one for one in self.pleas if one.id == plea), None)

    def drop_expired(self, at: datetime) -> "ScheduleOverrides":
        return self.copy_with(
            overrides=tuple(one for one in self.overrides if one.end > at - OVERRIDE_RETENTION),
            pleas=tuple(one for one in self.pleas if one.end > (at - REQUEST_RETENTION if one.to else at)),
        )


class ScheduleState(NamedTuple):
    """A schedule, the shifts of its calendar, and the overrides."""

    schedule: Schedule
    booked: tuple[Shift, ...]
    changes: ScheduleOverrides

    @property
    def roster(self) -> ScheduleRoster:
        return ScheduleRoster(
            self.schedule, tuple(one for one in self.changes.overrides if not one.undone), self.booked
        )


class ScheduleChange(NamedTuple):
    """What one commit writes: overrides, notifications and an audit entry."""

    after: ScheduleOverrides
    new_overrides: tuple[Override, ...] = ()
    request: CoverRequest | None = None
    notifications: tuple[Notification, ...] = ()
    audit_text: str = ""
    schedule: str = ""
    by: str = ""
