"""Measurements: a value, its target, and how far it is from it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.benchmarks.timing import compute_percentile

MICROSECONDS = "µs"
MS = "ms"
SECONDS = "s"
MEGABYTES = "MB"
RATIO = "×"
"""To the same without what is measured."""
TIMES = {MS: 0.001, SECONDS: 1.0}
"""Units of time, in seconds."""


class NoMeasurementsError(Exception):
    """The result cannot be believed, or there is none; the message says why."""


@dataclass(frozen=True, slots=True)
class MeasurementTarget:
    """`bound`: the least good value if `high`, else the greatest."""

    bound: float
    high: bool = False
    ratio: float | None = None
    """The ratio to the baseline on the machine of the target: met there, a machine is merely slow."""

    def compute_shortfall(self, value: float) -> float:
        """Return the gap as a share of the target; 0 if it is met. A target of 0 is missed by the value itself."""
        over = self.bound - value if self.high else value - self.bound
        return max(0.0, over / self.bound if self.bound else over)

    def is_ratio_met(self, ratio: float | None) -> bool | None:
        """Return None if one of the two has no ratio to the baseline."""
        if ratio is None or self.ratio is None:
            return None
        return ratio >= self.ratio if self.high else ratio <= self.ratio


def require_at_least(bound: float, ratio: float | None = None) -> MeasurementTarget:
    return MeasurementTarget(bound, high=True, ratio=ratio)


def require_at_most(bound: float, ratio: float | None = None) -> MeasurementTarget:
    return MeasurementTarget(bound, ratio=ratio)


@dataclass(frozen=True, slots=True)
class Measurement:
    """`ratio`, to the baseline: of a rate to its rate; of a time, the texts that it reads meanwhile."""

    name: str
    value: float
    unit: str
    target: MeasurementTarget | None = None
    ratio: float | None = None
    note: str = ""

    @property
    def seconds(self) -> float | None:
        """The value in seconds if it is a time."""
        return self.value * TIMES[self.unit] if self.unit in TIMES else None

    @property
    def is_met(self) -> bool | None:
        """None without a target."""
        return self.target.compute_shortfall(self.value) == 0 if self.target else None

    @property
    def is_met_relative(self) -> bool | None:
        """Whether the ratio is met, or None."""
        return self.target.is_ratio_met(self.ratio) if self.target else None

    @property
    def verdict(self) -> str:
        if self.target is None:
            return ""
        missed = self.target.compute_shortfall(self.value)
        if not missed:
            return "met"
        return f"missed by {missed:.0%}" if self.target.bound else f"missed by {missed:,.0f}"

    def as_json(self) -> dict[str, Any]:
        aim = {"bound": self.target.bound, "is": "at least" if self.target.high else "at most"} if self.target else None
        return {
            "name": self.name,
            "value": self.value,
            "unit": self.unit,
            "aim": aim,
            "met": self.is_met,
            "missed_by": self.target.compute_shortfall(self.value) if self.target else None,
            "ratio": self.ratio,
            "ratio_aim": self.target.ratio if self.target else None,
            "ratio_met": self.is_met_relative,
            "note": self.note,
        }


def summarize_times(
    name: str, times: Sequence[float], unit: str, target: MeasurementTarget, note: str
) -> list[Measurement]:
    """Return the median, and the 99th percentile with the target and the note."""
    median, high = compute_percentile(times, 50), compute_percentile(times, 99)
    return [Measurement(f"{name}, p50", median, unit), Measurement(f"{name}, p99", high, unit, target, note=note)]
