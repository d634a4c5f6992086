"""Shares, rates and durations with their intervals: what differs by more than chance."""

from collections.abc import Sequence
from math import ceil, exp, log, sqrt
from typing import NamedTuple

MIN_SAMPLE = 30
"""Shares of fewer are not compared: they vary too much by chance."""
MIN_DURATIONS = 10
"""Of fewer, the 90th percentile is the slowest."""
Z_95 = 1.96
"""Standard errors in an interval of 95 %."""


class ShareChange(NamedTuple):
    """The difference of two shares, in percentage points, with its 95 % interval."""

    points: float
    low: float
    high: float

    @property
    def is_significant(self) -> bool:
        return self.low > 0 or self.high < 0


def compute_share_change(part: int, whole: int, before: Sequence[tuple[int, int]]) -> ShareChange | None:
    """Compute Newcombe's interval (1998, method 10) against earlier (part, whole); None if a sample is too small.

    Earlier times that differ by more than chance widen it: samples are divided by their dispersion, as for
    quasi-likelihood (McCullagh and Nelder 1989, 4.5).
    """
    part_before, whole_before = (sum(counts) for counts in zip(*before, strict=True)) if before else (0, 0)
    if min(whole, whole_before) < MIN_SAMPLE:
        return None
    now, share = part / whole, part_before / whole_before
    dispersion = _compute_dispersion(
        [(n - size * share) ** 2 / (size * share * (1 - share)) for n, size in before if size and 0 < share < 1]
    )
    low, high = compute_wilson_interval(now, whole / dispersion)
    low_before, high_before = compute_wilson_interval(share, whole_before / dispersion)
    down = sqrt((now - low) ** 2 + (high_before - share) ** 2)
    up = sqrt((high - now) ** 2 + (share - low_before) ** 2)
    return ShareChange(100 * (now - share), 100 * (now - share - down), 100 * (now - share + up))


def compute_wilson_interval(share: float, size: float) -> tuple[float, float]:
    """Compute the 95 % Wilson interval, which also holds for few or equal values."""
    middle = share + Z_95 * Z_95 / (2 * size)
    half = Z_95 * sqrt(share * (1 - share) / size + Z_95 * Z_95 / (4 * size * size))
    low, high = ((middle + edge) / (1 + Z_95 * Z_95 / size) for edge in (-half, half))
    return max(0.0, low), min(1.0, high)  # rounding leaves them


class VolumeChange(NamedTuple):
    """How many percent more or fewer than usual, with the 95 % interval.

    `usual` is the mean of the times before, as far as as much of them had passed.
    """

    usual: float
    percent: float
    low: float
    high: float

    @property
    def is_significant(self) -> bool:
        return self.low > 0 or self.high < 0


def compute_volume_change(now: int, before: Sequence[int], elapsed: float = 1.0) -> VolumeChange | None:
    """Compute the interval of the ratio of Poisson rates by its logarithm; None if either side is too small.

    As for shares, times before that differ by more than chance widen it. `elapsed` is the share of their time that
    has passed now.
    """
    mean = sum(before) / len(before) if before else 0.0
    usual = mean * elapsed
    if min(now, usual) < MIN_SAMPLE:
        return None
    dispersion = _compute_dispersion([(count - mean) ** 2 / mean for count in before])
    half = Z_95 * sqrt(dispersion * (1 / now + 1 / sum(before)))
    ratio = log(now / usual)
    percent, low, high = (100 * (exp(one) - 1) for one in (ratio, ratio - half, ratio + half))
    return VolumeChange(usual, percent, low, high)


def _compute_dispersion(squares: Sequence[float]) -> float:
    """Return Pearson's statistic by its degrees of freedom, at least 1; 1 for a single sample."""
    return max(1.0, sum(squares) / (len(squares) - 1)) if len(squares) > 1 else 1.0


class DurationStats(NamedTuple):
    """Durations in seconds. `percentile_90` is the slowest of a small sample."""

    times: int
    median: float
    percentile_90: float

    @property
    def is_small_sample(self) -> bool:
        return self.times < MIN_DURATIONS


def compute_duration_stats(seconds: Sequence[float]) -> DurationStats | None:
    """Compute median and percentile by nearest rank; None without durations."""
    if not seconds:
        return None
    ordered = sorted(seconds)
    last = len(ordered) if len(ordered) < MIN_DURATIONS else ceil(0.9 * len(ordered))
    return DurationStats(len(ordered), ordered[ceil(0.5 * len(ordered)) - 1], ordered[last - 1])
