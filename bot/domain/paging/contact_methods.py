"""How a person is reached beside Slack, and what the playbook says of pages."""

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
    """`phone` as in E.164, `+351…`; `ntfy` is a topic; `pagerduty` is her user id there, to know who answered."""

    name: str = ""
    phone: str = ""
    ntfy: str = ""
    pagerduty: str = ""
    zone: str = ""
    """Empty: that of her schedule, or of her department."""
    quiet: tuple[HoursWindow, ...] = ()
    """When she is called for the worst only."""

    def resolve_env(self, environment: Mapping[str, str]) -> "ContactDetails":
        """With what stands in the environment in place of its variable's name; what does not stand there is none."""

        def resolve_value(said: str) -> str:
            return environment.get(said.removeprefix(ENV), "") if said.startswith(ENV) else said

        return replace(self, phone=resolve_value(self.phone), ntfy=resolve_value(self.ntfy))

    @property
    def methods(self) -> frozenset[ContactMethod]:
        by_phone = {ContactMethod.TEXT, ContactMethod.CALL} if self.phone else set()
        return frozenset(by_phone | ({ContactMethod.NTFY} if self.ntfy else set()))


class PagingRules(PlaybookRules, Protocol):
    """The rules in force, as those who page ask for them."""

    def get_escalation_policy(self, severity: Severity, department: str) -> EscalationPolicy: ...

    def get_page_limit(self) -> int | None:
        """Pages a person a night that are not the worst; None: as many as there are."""
        ...

    def get_contact(self, person: str) -> ContactDetails:
        """An empty one for somebody of whom the playbook says nothing."""
        ...

    def find_pagerduty_person(self, user: str) -> str:
        """Whose user id there this is; empty where nobody's."""
        ...
