"""Routing rules: labels to a department and its deadlines. The first match wins; the last matches all."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from functools import cached_property
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


class RouteList(tuple[Route, ...]):  # noqa: SLOT001  (it keeps its index)
    """Routes in their order, indexed by label: of hundreds, hardly more than one is asked of a mention."""

    def list_candidates(self, labels: Labels) -> Iterator[Route]:
        """Yield, in order, the routes whose `when` holds of the labels."""
        left = (1 << len(self)) - 1
        for dimension, (others, by_word) in self._masks.items():
            mask = others
            for word in labels.get(dimension, ()):
                mask |= by_word.get(word, 0)
            left &= mask
        while left:
            lowest = left & -left
            yield self[lowest.bit_length() - 1]
            left ^= lowest

    @cached_property
    def dimensions(self) -> frozenset[str]:
        """All dimensions of labels that any route asks for."""
        return frozenset(dimension for route in self for dimension in (*route.when, *route.unless))

    @cached_property
    def _masks(self) -> Mapping[str, tuple[int, Mapping[str, int]]]:
        """By dimension, the routes that do not ask for it, and by word those that it satisfies. Bit n is route n."""
        found: dict[str, tuple[int, dict[str, int]]] = {}
        for dimension in {dimension for route in self for dimension in route.when}:
            by_word: dict[str, int] = {}
            for number, route in enumerate(self):
                for word in route.when.get(dimension, ()):
                    by_word[word] = by_word.get(word, 0) | 1 << number
            others = sum(1 << number for number, route in enumerate(self) if dimension not in route.when)
            found[dimension] = others, by_word
        return found


def _has_all_labels(asked: Mapping[str, frozenset[str]], labels: Labels) -> bool:
    for dimension, words in asked.items():  # noqa: SIM110  (half the time)
        if words.isdisjoint(labels.get(dimension, ())):
            return False
    return True


def _matches_all(conditions: Sequence[PostCondition], mention: Mention) -> bool:
    return all(condition.matches_mention(mention) for condition in conditions)


def collect_labels(mention: Mention, assessment: Assessment) -> Labels:
    """Return what routes can match on: every label that holds, and the source."""
    return {**assessment.labels_by_dimension, "source": (mention.source,)}


def find_route(routes: RouteList, mention: Mention, assessment: Assessment) -> Route:
    """Return the first route that matches; what the playbook excludes goes to nobody before any is asked.

    Raises LookupError if no route matches: a playbook whose last route does not match all is refused earlier.
    """
    labels = collect_labels(mention, assessment)
    if EXCLUDED in labels:
        return NOT_ABOUT_US
    for route in routes.list_candidates(labels):
        if route.matches_mention(mention, labels):
            return route
    raise LookupError("no route matches, not even the last")


def list_routed_departments(routes: Iterable[Route]) -> frozenset[str]:
    return frozenset(route.to for route in routes) - {NOBODY}
