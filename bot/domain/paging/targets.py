"""The targets of a page, and the contact methods of each."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import NamedTuple

from bot.domain.business_hours import BusinessHours
from bot.domain.destination import ToChannel, parse_callee
from bot.domain.paging.page import SERVICE_METHODS, ContactMethod
from bot.domain.paging.policy import EscalationPolicy


class EscalationStep(NamedTuple):
    """`person` as in `PageAttempt`."""

    person: str
    way: ContactMethod


class EscalationTargets(NamedTuple):
    """Read at each step: shifts and phones may change during an escalation."""

    people: tuple[str, ...]
    """On call, in the order in which they are called."""
    fallbacks: tuple[str, ...] = ()
    """Called if none of them answers: the fallback channel (`#` and its id) and the managers."""
    methods: Mapping[str, frozenset[ContactMethod]] = {}
    """By person, besides Slack; under the empty string, services that choose whom to call."""
    has_gap: bool = False
    hours: BusinessHours = BusinessHours()
    quiet_until: Mapping[str, datetime] = {}
    """The end of their quiet hours, for people who have them now."""
    zones: Mapping[str, str] = {}
    """The time zone of each person."""

    def list_methods(self, person: str) -> frozenset[ContactMethod]:
        if isinstance(parse_callee(person), ToChannel):
            return frozenset({ContactMethod.SLACK})
        return self.methods.get(person, frozenset()) | self.methods.get("", frozenset()) | {ContactMethod.SLACK}


def list_steps(policy: EscalationPolicy, targets: EscalationTargets) -> tuple[EscalationStep, ...]:
    """Return the steps of one round: person by person, each by all their methods in the policy's order."""
    return tuple(dict.fromkeys(_iterate_steps(policy, targets)))


def _iterate_steps(policy: EscalationPolicy, targets: EscalationTargets) -> Iterator[EscalationStep]:
    for person in (*targets.people, *targets.fallbacks):
        reached = targets.list_methods(person)
        ways = [way for way in policy.ways if way in reached]
        if not ways and not (policy.ways and frozenset(policy.ways) <= SERVICE_METHODS):
            ways = [ContactMethod.SLACK]  # the policy has only methods that this person lacks
        for way in ways:
            yield EscalationStep("" if way in SERVICE_METHODS else person, way)
