"""Roll-ups: one message to a person about all cases of a department that wait for them, on one topic.

These are the unclaimed cases for which somebody on call was called, or the follow-ups that somebody was offered.
"""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bot.domain.case import Case, CaseStatus
from bot.domain.department import Department
from bot.domain.destination import Callee, ToPerson, parse_callee
from bot.domain.outbox import Notification, NotificationKind, Priority


class RollUpTopic(StrEnum):
    """What a roll-up is about, as its notification is called in the outbox."""

    UNCLAIMED = NotificationKind.ROLL_UP.value
    FOLLOW_UPS = NotificationKind.FOLLOW_UPS.value


class RollUp(NamedTuple):
    """`str` is the value of its button, which `parse_roll_up` reads."""

    department: str
    to: Callee
    topic: RollUpTopic = RollUpTopic.UNCLAIMED

    def __str__(self) -> str:
        return f"{self.to} {self.department}"


def parse_roll_up(value: str, topic: RollUpTopic = RollUpTopic.UNCLAIMED) -> RollUp:
    to, _, department = value.partition(" ")
    return RollUp(department, parse_callee(to.removeprefix("@")), topic)


def list_roll_ups(case: Case | None) -> frozenset[RollUp]:
    """Return the roll-ups that the case stands in: of everybody called for it, until it is claimed or snoozed.

    Once it is resolved: of the person to whom its follow-up was offered, until that has an outcome.
    """
    if case is not None and case.is_closed and case.follow_up and case.follow_up.is_pending:
        return frozenset({RollUp(case.department, ToPerson(case.follow_up.offered_to), RollUpTopic.FOLLOW_UPS)})
    if case is None or case.status is not CaseStatus.NEW or case.is_snoozed:
        return frozenset()
    return frozenset(RollUp(case.department, parse_callee(one)) for one in case.called)


def call_by_roll_up(roll_up: RollUp, day: int, lane: Priority = Priority.CLICK) -> Notification:
    """Tell a person that another case of theirs waits. The message is posted once a day and edited after that."""
    return Notification.for_department(NotificationKind(roll_up.topic), roll_up.department, day, roll_up.to, lane)


def refresh_roll_up(roll_up: RollUp) -> Notification:
    """Edit the message because a case left it. This posts nothing."""
    return call_by_roll_up(roll_up, 0, Priority.UPDATE)


def get_roll_up_day(department: Department, at: datetime) -> int:
    """Return the department's day as a number, such as 20261122."""
    return int(f"{at.astimezone(ZoneInfo(department.hours.zone)):%Y%m%d}")
