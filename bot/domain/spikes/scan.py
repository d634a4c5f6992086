"""How unlikely a count is, over the last quarter of an hour, half hour, hour and two hours: a scan statistic.

The measure is the generalised log-likelihood ratio of a Poisson count, `n ln(n/usual) - (n - usual)`, by the spread
of the subject's own counts; of a share, that of a binomial count. A strength of 5 is a chance of some 1 in 150.
"""

from collections.abc import Iterable, Sequence
from math import log
from typing import NamedTuple

MINUTE = 60
WINDOWS = (15 * MINUTE, 30 * MINUTE, 60 * MINUTE, 120 * MINUTE)
"""Seconds. A wave is found by the window that fits it: a steep one by the first, a broad one by the last."""
LONGEST = WINDOWS[-1]


class Bar(NamedTuple):
    """What must be passed: strength, how many times the usual, distinct voices."""

    strength: float
    times: float
    voices: int


class Unusual(NamedTuple):
    """So many voices within so many seconds, of which so many were to be expected."""

    window: int
    voices: int
    usual: float
    strength: float

    def passes(self, bar: Bar) -> bool:
        return (
            self.strength >= bar.strength
            and self.voices >= bar.voices
            and self.voices >= bar.times * max(self.usual, 1e-9)
        )


def surprise(count: int, usual: float, spread: float = 1.0) -> float:
    """0 where there is no more than usual."""
    if count <= usual:
        return 0.0
    return (count * log(count / usual) - (count - usual)) / max(1.0, spread)


def share_surprise(count: int, of: int, usual: float) -> float:
    """The same for a share: `count` of `of`, where a share of `usual` is usual."""
    usual = min(max(usual, 0.01), 0.99)
    if not of or count / of <= usual:
        return 0.0
    share = count / of
    rest = (of - count) * log((1 - share) / (1 - usual)) if count < of else 0.0
    return count * log(share / usual) + rest


def scan(voices: Sequence[int], expected: Sequence[float], spread: float) -> Iterable[Unusual]:
    """One for each window; `voices` and `expected` are of `WINDOWS`, in their order."""
    for window, count, usual in zip(WINDOWS, voices, expected, strict=True):
        yield Unusual(window, count, usual, surprise(count, usual, spread))
