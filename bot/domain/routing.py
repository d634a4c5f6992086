"""Routing rules: labels to a department and its deadlines. The first match wins; the last matches all."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Self

from bot.domain.assessment import Assessment
from bot.domain.immutable import FrozenModel, compare_fields
from bot.domain.mention import Mention
from bot.domain.route_conditions import PostCondition

NOBODY = "nobody"
"""No department: mentions routed here are counted and not shown."""
EXCLUDED = "excluded"
"""The dimension of a mention that only matches what the playbook excludes from a subject."""

Labels = Mapping[str, Collection[str]]
"""The words that hold, by dimension."""


class CaseClocks(FrozenModel):  # noqa: PLW1641  (pydantic gives a frozen model its hash)
    """Time limits, in working time if the department has hours. None: no limit."""

    __eq__ = compare_fields

    claim_within: timedelta | None = None
    lease: timedelta | None = None
    resolve_within: timedelta | None = None
    remind_every: timedelta | None = None
    follow_up_after: timedelta | None = None
    """From the answer, in days of the calendar; zero: never. None: as in the department."""

    def shorten_to(self, other: Self) -> Self:
        """Return these with each limit of the other that is shorter, or that these lack; the follow-up stays."""
        return self.copy_with(
            claim_within=_get_shorter(self.claim_within, other.claim_within),
            lease=_get_shorter(self.lease, other.lease),
            resolve_within=_get_shorter(self.resolve_within, other.resolve_within),
            remind_every=_get_shorter(self.remind_every, other.remind_every),
        )


def _get_shorter(*limits: timedelta | None) -> timedelta | None:
    return min((limit for limit in limits if limit is not None), default=None)


class LabelFilter(FrozenModel):
    """`when` and `unless` map a dimension (sentiment, intent, subject, …) to words, any of which matches.

    The conditions beside them are asked last, and of the post itself.
    """

    when: Mapping[str, frozenset[str]] = {}
    unless: Mapping[str, frozenset[str]] = {}
    when_post: tuple[PostCondition, ...] = ()
    unless_post: tuple[PostCondition, ...] = ()

    def matches_mention(self, mention: Mention, labels: Labels) -> bool:
        if not _has_all_labels(self.when, labels) or (self.when_post and not _matches_all(self.when_post, mention)):
            return False
        if not (self.unless or self.unless_post):
            return True
        return not (_has_all_labels(self.unless, labels) and _matches_all(self.unless_post, mention))


class Route(LabelFilter):
    """Where the mentions that match go."""

    name: str
    to: str = NOBODY
    clocks: CaseClocks = CaseClocks()


NOT_ABOUT_US = Route(name="excluded")


def _has_all_labels(asked: Mapping[str, frozenset[str]], labels: Labels) -> bool:
    for dimension, words in asked.items():  # noqa: SIM110  (half the time, and ten routes are asked of each mention)
        if words.isdisjoint(labels.get(dimension, ())):
            return False
    return True


def _matches_all(conditions: Sequence[PostCondition], mention: Mention) -> bool:
    return all(condition.matches_mention(mention) for condition in conditions)


def collect_labels(mention: Mention, assessment: Assessment) -> Labels:
    """Return what routes can match on: every label that holds, and the source."""
    return {**assessment.labels_by_dimension, "source": (mention.source,)}


def find_route(routes: Sequence[Route], mention: Mention, assessment: Assessment) -> Route:
    """Return the first route that matches; what the playbook excludes goes to nobody before any is asked.

    Raises LookupError if no route matches: a playbook whose last route does not match all is refused earlier.
    """
    labels = collect_labels(mention, assessment)
    if EXCLUDED in labels:
        return NOT_ABOUT_US
    for route in routes:
        if route.matches_mention(mention, labels):
            return route
    raise LookupError("no route matches, not even the last")


def list_routed_departments(routes: Iterable[Route]) -> frozenset[str]:
    return frozenset(route.to for route in routes) - {NOBODY}
