"""Log-odds: the cut-offs of the heads, and how log-odds become probabilities."""

import math
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

NEGATIVE, NEUTRAL, POSITIVE = range(3)


def compute_softmax(negative: float, neutral: float, positive: float) -> tuple[float, float, float]:
    most = max(negative, neutral, positive)
    parts = math.exp(negative - most), math.exp(neutral - most), math.exp(positive - most)
    total = sum(parts)
    return parts[0] / total, parts[1] / total, parts[2] / total


def convert_log_odds(points: float) -> float:
    """Return the probability of log-odds."""
    return 1.0 / (1.0 + math.exp(-points if -30.0 < points < 30.0 else -math.copysign(30.0, points)))


@cache
def load_cutoffs() -> Mapping[str, float]:
    """Return the log-odds of the model from which each head holds."""
    tables = tomllib.loads((files("bot.detectors.model") / "thresholds.toml").read_text("utf-8"))
    return {head: float(table["odds"]) for head, table in tables.items()}
