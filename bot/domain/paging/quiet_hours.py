"""Quiet hours: until when a page below `sev1` waits, and whom it does not call."""

from datetime import datetime, timedelta

from bot.domain.business_hours import BusinessHours
from bot.domain.paging.page import Page, Severity
from bot.domain.paging.policy import EscalationPolicy
from bot.domain.paging.targets import EscalationTargets


def find_quiet_end(page: Page, policy: EscalationPolicy, targets: EscalationTargets, at: datetime) -> datetime | None:
    """Return until when nobody is called, or None. `sev1` never waits.

    `sev3` waits for business hours; the policy may have quiet hours, in the department's zone; and if all on call
    have quiet hours, their managers are not called either.
    """
    if page.severity is Severity.SEV1:
        return None
    ends = [
        until
        for until in (
            _find_opening_time(page, targets.hours, at),
            _find_policy_quiet_end(policy, targets.hours.zone, at),
        )
        if until
    ]
    if targets.people and all(person in targets.quiet_until for person in targets.people):
        ends.append(min(targets.quiet_until[person] for person in targets.people))
    return max(ends, default=None)


def drop_quiet_targets(page: Page, targets: EscalationTargets) -> EscalationTargets:
    """Return the targets without people who have quiet hours, except for `sev1`."""
    if page.severity is Severity.SEV1:
        return targets
    people, last = (
        tuple(one for one in group if one not in targets.quiet_until) for group in (targets.people, targets.fallbacks)
    )
    return targets._replace(people=people, fallbacks=last)


def _find_opening_time(page: Page, hours: BusinessHours, at: datetime) -> datetime | None:
    if page.severity is not Severity.SEV3 or hours.is_open_at(at):
        return None
    return hours.add_working_time(at, timedelta())


def _find_policy_quiet_end(policy: EscalationPolicy, zone: str, at: datetime) -> datetime | None:
    quiet = BusinessHours(windows=policy.quiet, zone=zone)
    return quiet.find_closing_time(at) if policy.quiet and quiet.is_open_at(at) else None
