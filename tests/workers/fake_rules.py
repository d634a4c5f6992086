"""A small playbook and a trivial assessor: a `#tag` in a mention is its intent."""

from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple

from bot.detectors.detector import MentionStats
from bot.domain.assessment import Assessment, Signal
from bot.domain.commits import StoreUnavailable
from bot.domain.department import Department
from bot.domain.mention import Mention
from bot.domain.own_accounts import NO_ACCOUNTS, OwnAccounts
from bot.domain.paging.contact_methods import ContactDetails
from bot.domain.paging.page import Severity
from bot.domain.paging.policy import EscalationPolicy
from bot.domain.routing import NOBODY, Route, RouteList
from bot.domain.themes import ThemeRegister
from tests.domain.samples import CARE, CLOCKS, SALES

INTENTS = ("crisis", "spam", "praise", "complaint")


def read_intent(text: str) -> str:
    """`#spam` is spam; `#poison` cannot be assessed."""
    if "#poison" in text:
        raise ZeroDivisionError
    return next((word for word in INTENTS if f"#{word}" in text), "complaint")


class FakeResult(NamedTuple):
    assessment: Assessment

    def explain_assessment(self) -> Assessment:
        """It goes without saying."""
        return self.assessment


class FakeAssessor:
    """A mention is about the first subject that it names."""

    def __init__(self, intent: Callable[[str], str]) -> None:
        self._intent = intent

    async def assess_in_thread(
        self,
        batch: Sequence[Mention],
        stats: Sequence[MentionStats] = (),  # noqa: ARG002
        count_waiting: Callable[[], Awaitable[int]] | None = None,  # noqa: ARG002
    ) -> list[FakeResult]:
        return [FakeResult(self._assess(mention)) for mention in batch]

    def _assess(self, mention: Mention) -> Assessment:
        intent = self._intent(mention.text)
        subject = mention.subjects[0] if mention.subjects else "Northwind"
        labels = (f"intent:{intent}", f"subject:{subject}", "sentiment:negative")
        weight = 50 if "#urgent" in mention.text else 0
        return Assessment(signals=tuple(Signal("outright", label, 0.9, weight=weight) for label in labels))


class FakeRules:
    """Spam and praise go to nobody, a subject with a department's name goes there, and the rest to the first one."""

    managers = ("U0MIA",)
    time_zone = "UTC"

    def __init__(self, *departments: Department) -> None:
        self.known = departments or (CARE, SALES)
        self.clocks = CLOCKS
        self.read_intent: Callable[[str], str] = read_intent
        self.away = False
        self.escalation = EscalationPolicy()
        self.own_accounts = NO_ACCOUNTS

    def apply_themes(self, register: ThemeRegister) -> None:
        """Nothing is about anything here."""

    def get_escalation_policy(self, severity: Severity, department: str) -> EscalationPolicy:  # noqa: ARG002 - for all the same
        return self.escalation

    def get_contact(self, person: str) -> ContactDetails:  # noqa: ARG002 - for everybody the same
        return ContactDetails()

    def get_page_limit(self) -> int | None:
        return None

    def find_pagerduty_person(self, user: str) -> str:  # noqa: ARG002 - nobody is there
        return ""

    def list_departments(self) -> tuple[Department, ...]:
        return self.known

    def find_department(self, name: str) -> Department | None:
        return next((department for department in self.known if department.name == name), None)

    def list_routes(self) -> RouteList:
        unheard = Route(name="unheard", when={"intent": frozenset({"spam", "praise"})}, to=NOBODY)
        named = (
            Route(name=found.name, when={"subject": frozenset({found.name})}, to=found.name, clocks=self.clocks)
            for found in self.known
        )
        return RouteList([unheard, *named, Route(name="rest", to=self.known[0].name, clocks=self.clocks)])

    def get_own_accounts(self) -> OwnAccounts:
        return self.own_accounts

    def get_assessor(self) -> FakeAssessor:
        """`away`: as if the store went away just after a batch was read."""
        if self.away:
            raise StoreUnavailable
        return FakeAssessor(self.read_intent)
