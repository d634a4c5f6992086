"""Expire an open case that nobody has touched for long, so that what people wrote is not kept for ever."""

from datetime import datetime

from bot.domain.case import Case, CaseResolution, CaseStatus
from bot.domain.department import Department


def compute_expiry(case: Case, department: Department) -> datetime | None:
    """Return when an open case expires, in days of the calendar; None if its department keeps all."""
    return _find_last_touch(case) + department.expire_after if department.expire_after else None


def _find_last_touch(case: Case) -> datetime:
    """Return when a person, or a post that joined, last changed the case. Reminders and deadlines are no touch."""
    times = [
        case.opened_at,
        case.waiting_since,
        *(one.at for one in case.joined),
        *(one.at for one in case.public_replies),
    ]
    times += [event.at for event in case.history if event.by]
    if case.snooze:
        times.append(case.snooze.until)
    return max(times)


def close_expired(case: Case, at: datetime) -> Case:
    """Return the case closed without an owner, since nobody resolved it."""
    return case.copy_with(
        status=CaseStatus.RESOLVED,
        resolution=CaseResolution.EXPIRED,
        resolved_at=at,
        owner="",
        due=None,
        snooze=None,
    )
