"""If the labels match, this department with these clocks. The first match wins; the last matches all."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

from pydantic import BaseModel, ConfigDict

from bot.domain.assessment import Assessment
from bot.domain.mention import Mention

NOBODY = "nobody"
"""The department that is none: what goes there is tallied and shown to no one."""


class Clocks(BaseModel):
    """How long things may take. None: no such clock. Working time where the department has hours."""

    model_config = ConfigDict(frozen=True)

    claim_within: timedelta | None = None
    lease: timedelta | None = None
    resolve_within: timedelta | None = None
    remind_every: timedelta | None = None


class Route(BaseModel):
    """`when` and `unless` map a dimension (sentiment, intent, subject, …) to words of which any will do."""

    model_config = ConfigDict(frozen=True)

    name: str
    when: Mapping[str, frozenset[str]] = {}
    unless: Mapping[str, frozenset[str]] = {}
    to: str = NOBODY
    clocks: Clocks = Clocks()

    def matches(self, labels: Mapping[str, frozenset[str]]) -> bool:
        nothing: frozenset[str] = frozenset()
        return all(words & labels.get(key, nothing) for key, words in self.when.items()) and not (
            self.unless and all(words & labels.get(key, nothing) for key, words in self.unless.items())
        )


def labels_of(mention: Mention, assessment: Assessment) -> dict[str, frozenset[str]]:
    """What routes may ask about: every label that holds, and the source."""
    found = {dimension: frozenset(words) for dimension, words in assessment.held.items()}
    found["source"] = frozenset({mention.source})
    return found


def first_match(routes: Sequence[Route], mention: Mention, assessment: Assessment) -> Route:
    """Raises LookupError if no route matches: a playbook whose last route does not match all is refused earlier."""
    labels = labels_of(mention, assessment)
    for route in routes:
        if route.matches(labels):
            return route
    raise LookupError("no route matches, not even the last")


def departments_of(routes: Iterable[Route]) -> frozenset[str]:
    return frozenset(route.to for route in routes) - {NOBODY}
