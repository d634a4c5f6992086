"""Snooze a case: for a while nobody is reminded of it. Each transition returns a decision or raises `NotAllowed`."""

from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.domain.audit import AuditAction
from bot.domain.case import Case, Snooze
from bot.domain.cases.deadlines import restart_clocks
from bot.domain.cases.transitions import build_case_decision
from bot.domain.commits import CaseDecision, NotAllowed
from bot.domain.department import Department
from bot.domain.lifecycle import CaseTransition, Context, check_transition


class SnoozeChoice(StrEnum):
    """Until when, as the form offers it."""

    HOUR = "hour"
    MORNING = "morning"
    REPLY = "reply"


MORNING = time(9)
REPLY_LIMIT = timedelta(days=7)
"""A case that waits for its author is not forgotten: after this time it wakes by itself."""


def find_snooze_end(choice: SnoozeChoice, department: Department, at: datetime) -> datetime:
    """Return when a case that is snoozed now wakes: in the morning, within the department's hours."""
    if choice is SnoozeChoice.HOUR:
        return at + timedelta(hours=1)
    if choice is SnoozeChoice.REPLY:
        return at + REPLY_LIMIT
    zone = ZoneInfo(department.hours.zone)
    tomorrow = at.astimezone(zone).date() + timedelta(days=1)
    return department.hours.add_working_time(datetime.combine(tomorrow, MORNING, zone), timedelta())


def check_can_snooze(case: Case, context: Context) -> None:
    check_transition(case, CaseTransition.SNOOZE, context)
    if case.is_urgent:
        raise NotAllowed("A crisis can't be snoozed. Claim it, or hand it over.")


def snooze_case(case: Case, context: Context, choice: SnoozeChoice) -> CaseDecision:
    """Let the case rest. When it wakes, its deadline and its reminders begin again."""
    check_can_snooze(case, context)
    until = find_snooze_end(choice, context.department, context.at)
    asleep = restart_clocks(case, context.department, until)
    after = asleep.copy_with(snooze=Snooze(until, context.by, until_reply=choice is SnoozeChoice.REPLY))
    local = until.astimezone(ZoneInfo(context.department.hours.zone))
    detail = "until they write again" if choice is SnoozeChoice.REPLY else f"until {local.day} {local:%b %H:%M}"
    return build_case_decision(case, after, context.department, context.build_event(AuditAction.SNOOZED, detail))


def wake_case(case: Case, context: Context) -> CaseDecision:
    """End a snooze before its time."""
    check_transition(case, CaseTransition.WAKE, context)
    if not case.is_snoozed:
        raise NotAllowed("This case isn't snoozed, so there is nothing to wake.")
    awake = restart_clocks(case, context.department, context.at)
    return build_case_decision(case, awake, context.department, context.build_event(AuditAction.SNOOZE_ENDED))
