"""Escalation policies: the playbook's `[[escalations]]`."""

from collections.abc import Iterable
from datetime import timedelta

from bot.domain.business_hours import HoursWindow
from bot.domain.immutable import FrozenModel
from bot.domain.paging.page import ContactMethod, Severity

MIN_WAIT = timedelta(minutes=1)
"""Time to read and press a button."""


class EscalationPolicy(FrozenModel):
    """How pages of some severities escalate, in some departments; none: in all."""

    severities: frozenset[Severity] = frozenset(Severity)
    departments: frozenset[str] = frozenset()
    ways: tuple[ContactMethod, ...] = tuple(ContactMethod)
    wait: timedelta = timedelta(minutes=5)
    """From one step to the next: time to wake up, read and press a button."""
    repeat_every: timedelta = timedelta(minutes=10)
    """From the last step to the first one of the next round."""
    claim_within: timedelta = timedelta(minutes=30)
    """From an acknowledgement until the case has to be claimed; then the page calls again."""
    quiet: tuple[HoursWindow, ...] = ()
    """When nobody is called for these pages, in the department's zone."""
    repeats: int | None = None
    """Rounds after the first; None: until somebody acknowledges."""

    @property
    def slack_wait(self) -> timedelta:
        """The wait after a direct message, if nothing else reaches the person: it may have been silent."""
        return max(self.wait / 2, min(self.wait, MIN_WAIT))


DEFAULT_POLICIES = {
    Severity.SEV1: EscalationPolicy(),
    Severity.SEV2: EscalationPolicy(repeat_every=timedelta(minutes=30)),
    Severity.SEV3: EscalationPolicy(wait=timedelta(minutes=15), repeat_every=timedelta(hours=1), repeats=3),
}


def choose_policy(policies: Iterable[EscalationPolicy], severity: Severity, department: str) -> EscalationPolicy:
    """Return the first policy that matches, else the default."""
    for policy in policies:
        if severity in policy.severities and (not policy.departments or department in policy.departments):
            return policy
    return DEFAULT_POLICIES[severity]
