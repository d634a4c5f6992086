"""Who stands in line for a page now, and by which ways each can be reached."""

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
    """Asked for anew at each rung: a shift may end and a phone be added while a page climbs."""

    people: tuple[str, ...]
    """On call, in the order in which they are called."""
    fallbacks: tuple[str, ...] = ()
    """Called when nobody of them answers: the fallback channel (`#` and its id) and the managers."""
    methods: Mapping[str, frozenset[ContactMethod]] = {}
    """By person, beside Slack; by the empty string, the services that know by themselves whom to call."""
    has_gap: bool = False
    hours: BusinessHours = BusinessHours()
    quiet_until: Mapping[str, datetime] = {}
    """Whose own quiet hours these are, and until when."""
    zones: Mapping[str, str] = {}
    """The time zone of each person."""

    def list_methods(self, person: str) -> frozenset[ContactMethod]:
        if isinstance(parse_callee(person), ToChannel):
            return frozenset({ContactMethod.SLACK})
        return self.methods.get(person, frozenset()) | self.methods.get("", frozenset()) | {ContactMethod.SLACK}


def list_steps(policy: EscalationPolicy, targets: EscalationTargets) -> tuple[EscalationStep, ...]:
    """One round, each rung once: person by person, each by all ways that reach her, in the policy's order."""
    return tuple(dict.fromkeys(_iterate_steps(policy, targets)))


def _iterate_steps(policy: EscalationPolicy, targets: EscalationTargets) -> Iterator[EscalationStep]:
    for person in (*targets.people, *targets.fallbacks):
        reached = targets.list_methods(person)
        ways = [way for way in policy.ways if way in reached]
        if not ways and not (policy.ways and frozenset(policy.ways) <= SERVICE_METHODS):
            ways = [ContactMethod.SLACK]  # rather than not at all: the policy names only ways that this person has not
        for way in ways:
            yield EscalationStep("" if way in SERVICE_METHODS else person, way)
