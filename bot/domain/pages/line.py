"""Who stands in line for a page now, and by which ways each can be reached."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import NamedTuple

from bot.domain.destination import ToChannel, callee
from bot.domain.hours import Hours
from bot.domain.pages.page import SHARED, Way
from bot.domain.pages.policy import EscalationPolicy


class Rung(NamedTuple):
    """`person` as in `Attempt`."""

    person: str
    way: Way


class Line(NamedTuple):
    """Asked for anew at each rung: a shift may end and a phone be added while a page climbs."""

    people: tuple[str, ...]
    """On call, in the order in which they are called."""
    last: tuple[str, ...] = ()
    """Called when nobody of them answers: the fallback channel (`#` and its id) and the managers."""
    ways: Mapping[str, frozenset[Way]] = {}
    """By person, beside Slack; by the empty string, the services that know by themselves whom to call."""
    hole: bool = False
    hours: Hours = Hours()
    asleep: Mapping[str, datetime] = {}
    """Whose own quiet hours these are, and until when."""
    zones: Mapping[str, str] = {}
    """The time zone of each person."""

    def reached_by(self, person: str) -> frozenset[Way]:
        if isinstance(callee(person), ToChannel):
            return frozenset({Way.SLACK})
        return self.ways.get(person, frozenset()) | self.ways.get("", frozenset()) | {Way.SLACK}


def rungs(policy: EscalationPolicy, line: Line) -> tuple[Rung, ...]:
    """One round, each rung once: person by person, each by all ways that reach her, in the policy's order."""
    return tuple(dict.fromkeys(_rungs(policy, line)))


def _rungs(policy: EscalationPolicy, line: Line) -> Iterator[Rung]:
    for person in (*line.people, *line.last):
        reached = line.reached_by(person)
        ways = [way for way in policy.ways if way in reached]
        if not ways and not (policy.ways and frozenset(policy.ways) <= SHARED):
            ways = [Way.SLACK]  # rather than not at all: the policy names only ways that this person has not
        for way in ways:
            yield Rung("" if way in SHARED else person, way)
