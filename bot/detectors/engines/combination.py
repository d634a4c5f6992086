"""How the two engines and the surface of a post become three probabilities.

Weights: softmax regression (scikit-learn 1.9, C = 0.3, classes weighted to be equal) on `sentiment_train.jsonl`, 47,420
SemEval tweets, fitted 2026-11-22; no post of the airline week was seen. On `sentiment_val.jsonl` (2,000) the log loss
is least when the log-odds are taken as they are (0.864; times 0.8 or 1.2: 0.870), so nothing is rescaled.
To fit again: `Ears().hear(…).features` of each prepared text as rows, the labels as classes, coefficients as below.
"""

import math
from operator import mul

from bot.detectors.engines.features import FEATURES

NEGATIVE, NEUTRAL, POSITIVE = range(3)

INTERCEPT = (-0.369, 0.299, 0.070)

WEIGHTS: dict[str, tuple[float, float, float]] = {
    "vader": (-0.741, 0.365, 0.376),
    "vader_positive": (0.371, -0.808, 0.437),
    "vader_negative": (-1.411, 0.324, 1.087),
    "vader_strength": (-0.029, -0.223, 0.253),
    "vader_last": (-0.055, 0.011, 0.044),
    "pattern": (-0.351, -0.011, 0.363),
    "pattern_positive": (0.014, -0.037, 0.024),
    "pattern_negative": (-0.365, 0.026, 0.339),
    "subjective": (-0.008, -0.265, 0.273),
    "together": (-0.197, 0.095, 0.102),
    "exclamation": (-0.606, -0.663, 1.269),
    "question": (0.271, 0.288, -0.559),
    "dots": (0.099, 0.000, -0.099),
    "capitals": (-0.063, 0.163, -0.101),
    "length": (-0.003, 0.416, -0.413),
    "negated": (1.478, -0.663, -0.815),
    "link": (-0.162, 0.267, -0.104),
    "hashtags": (-0.240, 0.031, 0.209),
    "handle": (0.070, 0.093, -0.163),
    "complaint": (1.489, -0.477, -1.011),
    "praise": (-1.413, -1.239, 2.652),
    "nothing": (-0.272, 0.144, 0.128),
}
_COLUMNS = tuple(zip(*(WEIGHTS[name] for name in FEATURES), strict=True))


def probabilities(features: tuple[float, ...]) -> tuple[float, float, float]:
    """Negative, neutral, positive; they add up to one."""
    negative, neutral, positive = (
        start + sum(map(mul, column, features)) for start, column in zip(INTERCEPT, _COLUMNS, strict=True)
    )
    return softmax(negative, neutral, positive)


def softmax(negative: float, neutral: float, positive: float) -> tuple[float, float, float]:
    most = max(negative, neutral, positive)
    parts = math.exp(negative - most), math.exp(neutral - most), math.exp(positive - most)
    total = sum(parts)
    return parts[0] / total, parts[1] / total, parts[2] / total
