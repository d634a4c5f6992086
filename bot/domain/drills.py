"""Drills: a page about nothing runs through the whole escalation, to test it."""

from datetime import datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bot.domain.audit import AuditAction, AuditEvent
from bot.domain.commits import Decision
from bot.domain.destination import Destination, ToDepartment, ToPerson, parse_callee, to_people
from bot.domain.errors import NotAllowed
from bot.domain.immutable import FrozenModel
from bot.domain.outbox import Notification, NotificationKind
from bot.domain.paging.context import CauseStatus
from bot.domain.paging.page import CauseKind, Page, PageCause, Severity, open_page

MAX_ROUNDS = 2
"""How often everybody is called before the drill is given up."""
START_WINDOW = timedelta(hours=1)
"""From the playbook's time of day; a drill that did not start within it waits for the next day."""
INTERVAL_TOLERANCE = timedelta(hours=12)
"""A drill that started late does not delay the next one."""


class Drill(FrozenModel):
    """The last drill of a department. `asked_by` is empty if the playbook's schedule started it."""

    department: str
    opened_at: datetime
    page: str
    asked_by: str = ""
    missed_at: datetime | None = None
    why: str = ""
    """Why it was missed, in mrkdwn."""
    ended_at: datetime | None = None
    """When it was acknowledged, or given up."""

    @property
    def is_running(self) -> bool:
        return self.ended_at is None

    @property
    def is_missed(self) -> bool:
        """Whether it has to be repeated, even if somebody answered later."""
        return self.missed_at is not None


class DrillSettings(NamedTuple):
    """The playbook's schedule. `every` None: only on request."""

    every: timedelta | None = None
    at: time = time(10)
    departments: tuple[str, ...] = ()
    """Empty: all that have somebody to call."""


def open_drill(department: str, by: str, at: datetime, before: Drill | None) -> Decision[Drill]:
    """Start a drill. Raises `NotAllowed` while one is running."""
    if before is not None and before.is_running:
        raise NotAllowed(f"A drill for {department} is already running. It ends when somebody acknowledges.")
    at = at.replace(microsecond=0)
    page = open_page(PageCause(CauseKind.DRILL, f"{department} {at:%Y%m%dT%H%M%S}"), Severity.SEV1, department, at)
    drill = Drill(department=department, opened_at=at, page=page.id, asked_by=by)
    return Decision(drill, before, (), (AuditEvent(at, by, AuditAction.DRILL_BEGUN, department),), (page,))


def check_drill(drill: Drill, page: Page | None, managers: tuple[str, ...], at: datetime) -> Decision[Drill] | None:
    """Return what changed since, or None. Managers are notified if it is missed."""
    after, notifications, events = drill, [], []
    if not drill.is_missed and (why := explain_miss(page)):
        after = after.copy_with(missed_at=at, why=why)
        notifications += _notify(NotificationKind.MISSED, drill, managers)
        events.append(AuditEvent(at, "", AuditAction.DRILL_MISSED, drill.department))
    if page is None or not page.is_open:
        after = after.copy_with(ended_at=at)
        notifications += _notify(NotificationKind.RECEIPT, drill, (drill.asked_by,))
        by = page.acknowledged_by if page else ""
        events.append(AuditEvent(at, by, AuditAction.DRILL_ENDED, drill.department))
    if after is drill:
        return None
    return Decision(after, drill, tuple(notifications), tuple(events))


def explain_miss(page: Page | None) -> str:
    """Return why the page did not reach the first person, in mrkdwn; empty while it still may."""
    if page is None:
        return "the page is gone"
    if page.nobody:
        return "there was nobody to page"
    if page.hole:
        return "there was a coverage gap"
    called = [one.person for one in page.attempts if one.person]
    if called and (page.round > 1 or set(called) != {called[0]}):
        first = parse_callee(called[0])
        return f"{first.mention} didn't answer" if isinstance(first, ToPerson) else "nobody answered"
    return "nobody answered" if page.closed_at and not page.is_acknowledged else ""


def get_drill_cause_status(page: Page) -> CauseStatus:
    """Return whether to give up: everybody was called `MAX_ROUNDS` times, or there is nobody to call."""
    return CauseStatus(is_over=page.nobody or page.round > MAX_ROUNDS)


def is_drill_due(settings: DrillSettings, last: Drill | None, zone: str, at: datetime) -> bool:
    """Whether the playbook's schedule wants one now."""
    if settings.every is None or (
        last is not None and (last.is_running or at - last.opened_at < settings.every - INTERVAL_TOLERANCE)
    ):
        return False
    clock = at.astimezone(ZoneInfo(zone))
    begins = clock.replace(hour=settings.at.hour, minute=settings.at.minute, second=0, microsecond=0)
    return begins <= clock < begins + START_WINDOW


def _notify(kind: NotificationKind, drill: Drill, people: tuple[str, ...]) -> list[Notification]:
    """Notify the department's channel and these people."""
    began = int(drill.opened_at.timestamp())
    places: tuple[Destination, ...] = (ToDepartment(drill.department), *to_people(people))
    return [Notification.for_department(kind, drill.department, began, to) for to in places]
