"""A figure: what was measured, what was aimed at, and how far the one is from the other."""

from dataclasses import dataclass
from typing import Any

MS = "ms"
SECONDS = "s"
MEGABYTES = "MB"
TIMES = {MS: 0.001, SECONDS: 1.0}
"""Units of time, in seconds."""


class NoMeasurementsError(Exception):
    """What was found cannot be believed, or was not to be found, with the reason as a sentence."""


@dataclass(frozen=True, slots=True)
class MeasurementTarget:
    """`bound` is the worst that is still good: the least for what should be high, the most for what should be low."""

    bound: float
    high: bool = False
    ratio: float | None = None
    """The same to the yardstick, as it ran on the machine that the aim was set on: met there, a machine is but slow."""

    def compute_shortfall(self, value: float) -> float:
        """As a share of the aim; 0 where it is met. What should be 0 and is not is missed by as much as there is."""
        over = self.bound - value if self.high else value - self.bound
        return max(0.0, over / self.bound if self.bound else over)

    def is_ratio_met(self, ratio: float | None) -> bool | None:
        """None where one of the two is not held against the yardstick."""
        if ratio is None or self.ratio is None:
            return None
        return ratio >= self.ratio if self.high else ratio <= self.ratio


def require_at_least(bound: float, ratio: float | None = None) -> MeasurementTarget:
    return MeasurementTarget(bound, high=True, ratio=ratio)


def require_at_most(bound: float, ratio: float | None = None) -> MeasurementTarget:
    return MeasurementTarget(bound, ratio=ratio)


@dataclass(frozen=True, slots=True)
class Measurement:
    """`ratio` is to the yardstick: for a rate, how many times its rate; for a time, what it gets done meanwhile."""

    name: str
    value: float
    unit: str
    target: MeasurementTarget | None = None
    ratio: float | None = None
    note: str = ""

    @property
    def seconds(self) -> float | None:
        """Of a figure that is a time."""
        return self.value * TIMES[self.unit] if self.unit in TIMES else None

    @property
    def is_met(self) -> bool | None:
        """None where nothing was aimed at."""
        return self.target.compute_shortfall(self.value) == 0 if self.target else None

    @property
    def is_met_relative(self) -> bool | None:
        """Whether it is met beside the yardstick, where the aim says how much that is."""
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
