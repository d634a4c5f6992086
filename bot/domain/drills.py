"""A drill: a page about nothing climbs the whole ladder, to see whether it would hold."""

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
"""Times that the whole line is called: who slept through both would sleep through a third, and it is no fire."""
START_WINDOW = timedelta(hours=1)
"""After the playbook's time of day: a drill that was not begun within it waits for the next day."""
INTERVAL_TOLERANCE = timedelta(hours=12)
"""A drill begun late one month does not make the next one late."""


class Drill(FrozenModel):
    """The last one of a department. `asked_by` is empty where the playbook's clock asked."""

    department: str
    opened_at: datetime
    page: str
    asked_by: str = ""
    missed_at: datetime | None = None
    why: str = ""
    """Why it was missed, in mrkdwn."""
    ended_at: datetime | None = None
    """When it was answered, or given up."""

    @property
    def is_running(self) -> bool:
        return self.ended_at is None

    @property
    def is_missed(self) -> bool:
        """It has to be repeated, whether or not somebody else has answered it since."""
        return self.missed_at is not None


class DrillSettings(NamedTuple):
    """The playbook's clock. `every` None: only when somebody asks."""

    every: timedelta | None = None
    at: time = time(10)
    departments: tuple[str, ...] = ()
    """None named: all that call anybody."""


def open_drill(department: str, by: str, at: datetime, before: Drill | None) -> Decision[Drill]:
    """Raises `NotAllowed` while one is running."""
    if before is not None and before.is_running:
        raise NotAllowed(f"A drill for {department} is running already. It ends when somebody answers.")
    at = at.replace(microsecond=0)
    page = open_page(PageCause(CauseKind.DRILL, f"{department} {at:%Y%m%dT%H%M%S}"), Severity.SEV1, department, at)
    drill = Drill(department=department, opened_at=at, page=page.id, asked_by=by)
    return Decision(drill, before, (), (AuditEvent(at, by, AuditAction.DRILL_BEGUN, department),), (page,))


def check_drill(drill: Drill, page: Page | None, managers: tuple[str, ...], at: datetime) -> Decision[Drill] | None:
    """What became of it since. None: nothing. `managers` hear when it is missed."""
    after, said, events = drill, [], []
    if not drill.is_missed and (why := explain_miss(page)):
        after = after.copy_with(missed_at=at, why=why)
        said += _notify(NotificationKind.MISSED, drill, managers)
        events.append(AuditEvent(at, "", AuditAction.DRILL_MISSED, drill.department))
    if page is None or not page.is_open:
        after = after.copy_with(ended_at=at)
        said += _notify(NotificationKind.RECEIPT, drill, (drill.asked_by,))
        by = page.acknowledged_by if page else ""
        events.append(AuditEvent(at, by, AuditAction.DRILL_ENDED, drill.department))
    if after is drill:
        return None
    return Decision(after, drill, tuple(said), tuple(events))


def explain_miss(page: Page | None) -> str:
    """Why the page did not reach whom it should, in mrkdwn; empty as long as it may still."""
    if page is None:
        return "the page is gone"
    if page.nobody:
        return "there was nobody at all to call"
    if page.hole:
        return "the schedule had a hole"
    called = [one.person for one in page.attempts if one.person]
    if called and (page.round > 1 or set(called) != {called[0]}):
        first = parse_callee(called[0])
        return f"{first.mention} did not answer" if isinstance(first, ToPerson) else "nobody answered"
    return "nobody answered" if page.closed_at and not page.is_acknowledged else ""


def get_drill_cause_status(page: Page) -> CauseStatus:
    """Given up when everybody was called often enough, or when there is nobody to call."""
    return CauseStatus(is_over=page.nobody or page.round > MAX_ROUNDS)


def is_drill_due(settings: DrillSettings, last: Drill | None, zone: str, at: datetime) -> bool:
    """Whether the playbook's clock asks for one now."""
    if settings.every is None or (
        last is not None and (last.is_running or at - last.opened_at < settings.every - INTERVAL_TOLERANCE)
    ):
        return False
    clock = at.astimezone(ZoneInfo(zone))
    begins = clock.replace(hour=settings.at.hour, minute=settings.at.minute, second=0, microsecond=0)
    return begins <= clock < begins + START_WINDOW


def _notify(kind: NotificationKind, drill: Drill, people: tuple[str, ...]) -> list[Notification]:
    """In the department's channel, and to these people."""
    began = int(drill.opened_at.timestamp())
    places: tuple[Destination, ...] = (ToDepartment(drill.department), *to_people(people))
    return [Notification.for_department(kind, drill.department, began, to) for to in places]
