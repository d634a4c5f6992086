"""Roll-ups: one message to each person on call about all unclaimed cases of a department for which they were called."""

from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bot.domain.case import Case, CaseStatus
from bot.domain.department import Department
from bot.domain.destination import Callee, parse_callee
from bot.domain.outbox import Notification, NotificationKind, Priority


class RollUp(NamedTuple):
    """`str` is the value of its button, which `parse_roll_up` reads."""

    department: str
    to: Callee

    def __str__(self) -> str:
        return f"{self.to} {self.department}"


def parse_roll_up(value: str) -> RollUp:
    to, _, department = value.partition(" ")
    return RollUp(department, parse_callee(to.removeprefix("@")))


def list_roll_ups(case: Case | None) -> frozenset[RollUp]:
    """Return the roll-ups that the case stands in: of everybody called for it, until it is claimed or snoozed."""
    if case is None or case.status is not CaseStatus.NEW or case.is_snoozed:
        return frozenset()
    return frozenset(RollUp(case.department, parse_callee(one)) for one in case.called)


def call_by_roll_up(roll_up: RollUp, day: int, lane: Priority = Priority.CLICK) -> Notification:
    """Tell a person that another case of theirs waits. The message is posted once a day and edited after that."""
    return Notification.for_department(NotificationKind.ROLL_UP, roll_up.department, day, roll_up.to, lane)


def refresh_roll_up(roll_up: RollUp) -> Notification:
    """Edit the message because a case left it. This posts nothing."""
    return call_by_roll_up(roll_up, 0, Priority.UPDATE)


def get_roll_up_day(department: Department, at: datetime) -> int:
    """Return the department's day as a number, such as 20261122."""
    return int(f"{at.astimezone(ZoneInfo(department.hours.zone)):%Y%m%d}")
