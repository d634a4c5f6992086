"""If the labels match, this department with these clocks. The first match wins; the last matches all."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import timedelta

from bot.domain.assessment import Assessment
from bot.domain.immutable import FrozenModel, fields_equal
from bot.domain.mention import Mention

NOBODY = "nobody"
"""The department that is none: what goes there is tallied and shown to no one."""
EXCLUDED = "excluded"
"""The dimension of a mention that is about none of the subjects, and has what the playbook excludes from one."""

Labels = Mapping[str, Collection[str]]
"""By dimension, the words that hold."""


class CaseClocks(FrozenModel):  # noqa: PLW1641  (pydantic gives a frozen model its hash)
    """How long things may take. None: no such clock. Working time where the department has hours."""

    __eq__ = fields_equal

    claim_within: timedelta | None = None
    lease: timedelta | None = None
    resolve_within: timedelta | None = None
    remind_every: timedelta | None = None


class Route(FrozenModel):
    """`when` and `unless` map a dimension (sentiment, intent, subject, …) to words of which any will do."""

    name: str
    when: Mapping[str, frozenset[str]] = {}
    unless: Mapping[str, frozenset[str]] = {}
    to: str = NOBODY
    clocks: CaseClocks = CaseClocks()

    def matches_labels(self, labels: Labels) -> bool:
        return _has_all_labels(self.when, labels) and not (self.unless and _has_all_labels(self.unless, labels))


NOT_ABOUT_US = Route(name="excluded")


def _has_all_labels(asked: Mapping[str, frozenset[str]], labels: Labels) -> bool:
    for dimension, words in asked.items():  # noqa: SIM110  (half the time, and ten routes are asked of each mention)
        if words.isdisjoint(labels.get(dimension, ())):
            return False
    return True


def collect_labels(mention: Mention, assessment: Assessment) -> Labels:
    """What routes may ask about: every label that holds, and the source."""
    return {**assessment.labels_by_dimension, "source": (mention.source,)}


def find_route(routes: Sequence[Route], mention: Mention, assessment: Assessment) -> Route:
    """Return the first route that matches; what the playbook excludes goes to nobody before any is asked.

    Raises LookupError if no route matches: a playbook whose last route does not match all is refused earlier.
    """
    labels = collect_labels(mention, assessment)
    if EXCLUDED in labels:
        return NOT_ABOUT_US
    for route in routes:
        if route.matches_labels(labels):
            return route
    raise LookupError("no route matches, not even the last")


def list_routed_departments(routes: Iterable[Route]) -> frozenset[str]:
    return frozenset(route.to for route in routes) - {NOBODY}
