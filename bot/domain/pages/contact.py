"""How a person is reached beside Slack, and what the playbook says of pages."""

from typing import NamedTuple, Protocol

from bot.domain.pages.page import Severity, Way
from bot.domain.pages.policy import EscalationPolicy
from bot.domain.rules import Rules


class Contact(NamedTuple):
    """`phone` as in E.164, `+351…`; `ntfy` is a topic; `pagerduty` is her user id there, to know who answered."""

    name: str = ""
    phone: str = ""
    ntfy: str = ""
    pagerduty: str = ""

    @property
    def ways(self) -> frozenset[Way]:
        by_phone = {Way.TEXT, Way.CALL} if self.phone else set()
        return frozenset(by_phone | ({Way.NTFY} if self.ntfy else set()))


class Escalations(Rules, Protocol):
    """The rules in force, as those who page ask for them."""

    def policy(self, severity: Severity, department: str) -> EscalationPolicy: ...

    def contact(self, person: str) -> Contact:
        """An empty one for somebody of whom the playbook says nothing."""
        ...
