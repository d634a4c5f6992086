"""Contact details of people beside Slack, and the playbook's rules for pages."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from bot.domain.business_hours import HoursWindow
from bot.domain.paging.page import ContactMethod, Severity
from bot.domain.paging.policy import EscalationPolicy
from bot.domain.rules import PlaybookRules

ENV = "env:"


@dataclass(frozen=True, slots=True)
class ContactDetails:
    """`phone` in E.164 (`+351…`); `ntfy` is a topic; `pagerduty` is the user id there, to know who acknowledged."""

    name: str = ""
    phone: str = ""
    ntfy: str = ""
    pagerduty: str = ""
    zone: str = ""
    """Empty: that of their schedule, or of their department."""
    quiet: tuple[HoursWindow, ...] = ()
    """When they are called for `sev1` only."""

    def resolve_env(self, environment: Mapping[str, str]) -> "ContactDetails":
        """Replace `env:NAME` by the variable's value; empty if it is not set."""

        def resolve_value(said: str) -> str:
            return environment.get(said.removeprefix(ENV), "") if said.startswith(ENV) else said

        return replace(self, phone=resolve_value(self.phone), ntfy=resolve_value(self.ntfy))

    @property
    def methods(self) -> frozenset[ContactMethod]:
        by_phone = {ContactMethod.TEXT, ContactMethod.CALL} if self.phone else set()
        return frozenset(by_phone | ({ContactMethod.NTFY} if self.ntfy else set()))


class PagingRules(PlaybookRules, Protocol):
    """The current rules for paging."""

    def get_escalation_policy(self, severity: Severity, department: str) -> EscalationPolicy: ...

    def get_page_limit(self) -> int | None:
        """Return how many pages below `sev1` a person gets a night; None: no limit."""
        ...

    def get_contact(self, person: str) -> ContactDetails:
        """Return the contact details; empty if the playbook has none."""
        ...

    def find_pagerduty_person(self, user: str) -> str:
        """Return the person with this user id in PagerDuty, or an empty string."""
        ...
