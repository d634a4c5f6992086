"""A digest that a manager wants by itself: which one, when by the brand's clock, and where; and when it is due."""

from datetime import date, datetime, time
from enum import StrEnum

from bot.domain.immutable import FrozenModel
from bot.domain.oncall.local_time import get_local_date, resolve_local_time
from bot.domain.periods import DAY
from bot.domain.reports.range_points import WEEKDAYS

MAX_SCHEDULES = 10
"""Of one person."""
NOON = time(12)
WEEK_DAYS = 7


class ReportCadence(StrEnum):
    """`ahead`: once a week, what the last one was like and what is due in the one that begins."""

    DAILY = "daily"
    WEEKLY = "weekly"
    AHEAD = "ahead"


class ReportSchedule(FrozenModel):
    """`to` is a destination as it is stored, `@U…` or `#C…`; all times of day are of the brand's time zone."""

    cadence: ReportCadence
    clock: time
    weekday: int = 0
    """0 is Monday; means nothing for a daily one."""
    to: str
    by: str
    after: datetime
    """When it was set, or the time of the last one: only what is due later is sent."""
    department: str = ""
    """The only one that it is about; empty for everything."""
    refused: str = ""
    """Slack's error code if the channel did not take the last one; nothing is sent from then on."""

    @property
    def id(self) -> str:
        """One for each person, cadence, destination and department."""
        return f"{self.by}-{self.cadence}-{self.to}" + (f"-{self.department}" if self.department else "")

    @property
    def title(self) -> str:
        title = {ReportCadence.AHEAD: "look ahead"}.get(self.cadence, f"{self.cadence} digest")
        return f"{title} of {self.department}" if self.department else title

    @property
    def command_text(self) -> str:
        """The words that set it again, but for the place."""
        day = "" if self.cadence is ReportCadence.DAILY else f" {WEEKDAYS[self.weekday]}"
        return f"{self.cadence}{day} {self.clock:%H:%M} {self.department}".strip()

    @property
    def timing(self) -> str:
        """In a sentence: `daily at 08:00`, `every Monday at 09:00`."""
        day = "every day" if self.cadence is ReportCadence.DAILY else f"every {WEEKDAYS[self.weekday].capitalize()}"
        return f"{day} at {self.clock:%H:%M}"

    def find_latest_due(self, at: datetime, zone: str) -> datetime | None:
        """Return the newest time up to `at` for which it was not sent yet, in UTC; those before are skipped.

        A time that the clocks skip is due at their change, one that they repeat at the first of the two.
        """
        for back in range(WEEK_DAYS + 1):
            due = self._find_due(get_local_date(at, zone), -back, zone)
            if due is not None and due <= at:
                return due if due > self.after else None
        return None

    def find_next_due(self, at: datetime, zone: str) -> datetime:
        """Return the first time after `at`, in UTC."""
        found = (self._find_due(get_local_date(at, zone), days, zone) for days in range(WEEK_DAYS + 2))
        return next(due for due in found if due is not None and due > at)

    def _find_due(self, today: date, days: int, zone: str) -> datetime | None:
        day = today + days * DAY
        if self.cadence is not ReportCadence.DAILY and day.weekday() != self.weekday:
            return None
        return resolve_local_time(day, self.clock, zone)

    def format_query(self, due: datetime, zone: str) -> str:
        """Return the words for `/sentiment` of what it reports on: the time, and the department.

        Before noon that is the day before, else the day itself; of a weekly one it is the seven days before.
        The words are dates, so that they stay true if it is sent late.
        """
        day = get_local_date(due, zone)
        period = f"{format_day(day - WEEK_DAYS * DAY)} – {format_day(day - DAY)}"
        if self.cadence is ReportCadence.DAILY:
            period = format_day(day - DAY if self.clock < NOON else day)
        return f"{period} {self.department}".strip()


def format_day(day: date) -> str:
    """Return the words with which a person would write it: `9 mar 2026`."""
    return f"{day.day} {day:%b %Y}".lower()
