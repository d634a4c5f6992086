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
LONGEST_WINDOW = WINDOWS[-1]


class ScanThreshold(NamedTuple):
    """What must be passed: strength, how many times the usual, distinct voices."""

    strength: float
    ratio: float
    voices: int


class ScanResult(NamedTuple):
    """So many voices within so many seconds, of which so many were to be expected."""

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
    """0 where there is no more than usual."""
    if count <= expected:
        return 0.0
    return (count * log(count / expected) - (count - expected)) / max(1.0, spread)


def compute_share_likelihood(count: int, total: int, usual: float) -> float:
    """The same for a share: `count` of `of`, where a share of `expected` is usual."""
    usual = min(max(usual, 0.01), 0.99)
    if not total or count / total <= usual:
        return 0.0
    share = count / total
    rest = (total - count) * log((1 - share) / (1 - usual)) if count < total else 0.0
    return count * log(share / usual) + rest


def scan_windows(voices: Sequence[int], expected: Sequence[float], spread: float) -> Iterable[ScanResult]:
    """One for each window; `voices` and `expected` are of `WINDOWS`, in their order."""
    for window, count, usual in zip(WINDOWS, voices, expected, strict=True):
        yield ScanResult(window, count, usual, compute_log_likelihood(count, usual, spread))
