"""How a person is reached beside Slack, and what the playbook says of pages."""

from collections.abc import Mapping
from typing import NamedTuple, Protocol

from bot.domain.hours import Window
from bot.domain.pages.page import Severity, Way
from bot.domain.pages.policy import EscalationPolicy
from bot.domain.rules import Rules

ENV = "env:"


class Contact(NamedTuple):
    """`phone` as in E.164, `+351…`; `ntfy` is a topic; `pagerduty` is her user id there, to know who answered."""

    name: str = ""
    phone: str = ""
    ntfy: str = ""
    pagerduty: str = ""
    zone: str = ""
    """Empty: that of her schedule, or of her department."""
    quiet: tuple[Window, ...] = ()
    """When she is called for the worst only."""

    def resolved(self, found: Mapping[str, str]) -> "Contact":
        """With what stands in the environment in place of its variable's name; what does not stand there is none."""

        def value(said: str) -> str:
            return found.get(said.removeprefix(ENV), "") if said.startswith(ENV) else said

        return self._replace(phone=value(self.phone), ntfy=value(self.ntfy))

    @property
    def ways(self) -> frozenset[Way]:
        by_phone = {Way.TEXT, Way.CALL} if self.phone else set()
        return frozenset(by_phone | ({Way.NTFY} if self.ntfy else set()))


class Escalations(Rules, Protocol):
    """The rules in force, as those who page ask for them."""

    def policy(self, severity: Severity, department: str) -> EscalationPolicy: ...

    def budget(self) -> int | None:
        """Pages a person a night that are not the worst; None: as many as there are."""
        ...

    def contact(self, person: str) -> Contact:
        """An empty one for somebody of whom the playbook says nothing."""
        ...

    def person_at_pagerduty(self, user: str) -> str:
        """Whose user id there this is; empty where nobody's."""
        ...
