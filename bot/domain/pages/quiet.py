"""Quiet hours: whom a page that can wait does not wake, and until when it waits."""

from datetime import datetime, timedelta

from bot.domain.hours import Hours
from bot.domain.pages.line import Line
from bot.domain.pages.page import Page, Severity
from bot.domain.pages.policy import EscalationPolicy


def held_until(page: Page, policy: EscalationPolicy, line: Line, at: datetime) -> datetime | None:
    """Until when nobody at all is called; None: somebody is. The worst never waits.

    `sev3` keeps the department's hours; the policy may name quiet hours, in the department's zone; and nobody is
    called while everybody on call is asleep, since what can wait for them need not wake their managers.
    """
    if page.severity is Severity.SEV1:
        return None
    ends = [until for until in (_closed(page, line.hours, at), _quiet(policy, line.hours.zone, at)) if until]
    if line.people and all(person in line.asleep for person in line.people):
        ends.append(min(line.asleep[person] for person in line.people))
    return max(ends, default=None)


def awake(page: Page, line: Line) -> Line:
    """Without those who sleep; whoever is left is called in their place."""
    if page.severity is Severity.SEV1:
        return line
    people, last = (tuple(one for one in group if one not in line.asleep) for group in (line.people, line.last))
    return line._replace(people=people, last=last)


def _closed(page: Page, hours: Hours, at: datetime) -> datetime | None:
    if page.severity is not Severity.SEV3 or hours.open_at(at):
        return None
    return hours.after(at, timedelta())


def _quiet(policy: EscalationPolicy, zone: str, at: datetime) -> datetime | None:
    quiet = Hours(windows=policy.quiet, zone=zone)
    return quiet.closes(at) if policy.quiet and quiet.open_at(at) else None
