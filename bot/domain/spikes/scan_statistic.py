"""A scan statistic: how unlikely a count is in the last quarter of an hour, half hour, hour and two hours.

The measure is the generalised log-likelihood ratio of a Poisson count, `n ln(n/usual) - (n - usual)`, by the spread
of the subject's own counts; of a share, that of a binomial count. A strength of 5 is a chance of some 1 in 150.
"""

from collections.abc import Iterable, Sequence
from math import log
from typing import NamedTuple

MINUTE = 60
WINDOWS = (15 * MINUTE, 30 * MINUTE, 60 * MINUTE, 120 * MINUTE)
"""Seconds. A short burst is found by the first window, a slow rise by the last."""
LONGEST_WINDOW = WINDOWS[-1]


class ScanThreshold(NamedTuple):
    """The least strength, ratio to the expected count, and number of distinct voices of a spike."""

    strength: float
    ratio: float
    voices: int


class ScanResult(NamedTuple):
    """The distinct voices in a window of seconds, how many were expected, and how unlikely that is."""

    window: int
    voices: int
    expected: float
    strength: float

    def exceeds_threshold(self, threshold: ScanThreshold) -> bool:
        return (
            self.strength >= threshold.strength
            and self.voices >= threshold.voices
            and self.voices >= threshold.ratio * max(self.expected, 1e-9)
        )


def compute_log_likelihood(count: int, expected: float, spread: float = 1.0) -> float:
    """Return the strength of a count; 0 if it is not above the expected one."""
    if count <= expected:
        return 0.0
    return (count * log(count / expected) - (count - expected)) / max(1.0, spread)


def compute_share_likelihood(count: int, total: int, usual: float) -> float:
    """Return the strength of a share: `count` of `total`, where the share `usual` is expected."""
    usual = min(max(usual, 0.01), 0.99)
    if not total or count / total <= usual:
        return 0.0
    share = count / total
    rest = (total - count) * log((1 - share) / (1 - usual)) if count < total else 0.0
    return count * log(share / usual) + rest


def scan_windows(voices: Sequence[int], expected: Sequence[float], spread: float) -> Iterable[ScanResult]:
    """Yield a result for each window; `voices` and `expected` are in the order of `WINDOWS`."""
    for window, count, usual in zip(WINDOWS, voices, expected, strict=True):
        yield ScanResult(window, count, usual, compute_log_likelihood(count, usual, spread))
