"""Whom to call in which order, and how long to wait: the playbook's `[[escalations]]`."""

from collections.abc import Iterable
from datetime import timedelta

from bot.domain.business_hours import HoursWindow
from bot.domain.immutable import FrozenModel
from bot.domain.paging.page import ContactMethod, Severity

MIN_WAIT = timedelta(minutes=1)
"""Time to read and press a button."""


class EscalationPolicy(FrozenModel):
    """How pages of some severities climb, in some departments; no departments: in all."""

    severities: frozenset[Severity] = frozenset(Severity)
    departments: frozenset[str] = frozenset()
    ways: tuple[ContactMethod, ...] = tuple(ContactMethod)
    wait: timedelta = timedelta(minutes=5)
    """From one rung to the next: time to wake up, read, and press a button."""
    repeat_every: timedelta = timedelta(minutes=10)
    """From the last rung to the first one again."""
    claim_within: timedelta = timedelta(minutes=30)
    """From an acknowledgement until the case is claimed, or it is called for again."""
    quiet: tuple[HoursWindow, ...] = ()
    """When nobody is called for these pages, in the department's zone."""
    repeats: int | None = None
    """How often the line is called again; None: until somebody answers."""

    @property
    def slack_wait(self) -> timedelta:
        """The wait after a direct message to a person whom nothing else reaches: it may have been silent."""
        return max(self.wait / 2, min(self.wait, MIN_WAIT))


DEFAULT_POLICIES = {
    Severity.SEV1: EscalationPolicy(),
    Severity.SEV2: EscalationPolicy(repeat_every=timedelta(minutes=30)),
    Severity.SEV3: EscalationPolicy(wait=timedelta(minutes=15), repeat_every=timedelta(hours=1), repeats=3),
}


def choose_policy(policies: Iterable[EscalationPolicy], severity: Severity, department: str) -> EscalationPolicy:
    """The first that fits, as with routes; else our own."""
    for policy in policies:
        if severity in policy.severities and (not policy.departments or department in policy.departments):
            return policy
    return DEFAULT_POLICIES[severity]
