"""Turn three log-odds into three probabilities."""

import math

NEGATIVE, NEUTRAL, POSITIVE = range(3)


def compute_softmax(negative: float, neutral: float, positive: float) -> tuple[float, float, float]:
    most = max(negative, neutral, positive)
    parts = math.exp(negative - most), math.exp(neutral - most), math.exp(positive - most)
    total = sum(parts)
    return parts[0] / total, parts[1] / total, parts[2] / total
